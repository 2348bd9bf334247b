import Testing

@testable import ToolSources

/// Whose answer it is that cannot be read.
@Suite struct UnreadAnswerTests {
    private static let deep = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)

    @Test(
        arguments: [
            (#"{"jsonrpc":"2.0","id":7,"result":\#(deep)}"#, 7), (#" { "result" : \#(deep) , "id" : 12 } "#, 12),
            (#"{"error":{"id":3,"method":"x"},"id":4}"#, 4), (#"{"id":5,"result":{"x":NaN,"y":"}\"],{"}}"#, 5),
            (#"{"id":5,"result":{"text":"and so on"#, 5), (#"{"id":5,"result":{"a":1},"#, 5),
            (#"{"id":5,"result":"\"#, 5), (#"{"id":1,"result":{}} and more"#, 1), (#"{"result":{"id":2},"id":1}"#, 1),
            // To no request, or to one of another's.
            (#"{"id":5,"method":"ping","params":\#(deep)}"#, nil), (#"{"params":\#(deep),"id":5}"#, nil),
            (#"{"result":\#(deep)}"#, nil), (#"{"result":\#(deep),"id":null}"#, nil), (#"{"id":"7","result":1}"#, nil),
            (#"{"id":1.5,"result":1}"#, nil), (#"{"id":-1,"result":1}"#, nil), (#"{"id":1,"id":2,"result":1}"#, nil),
            (#"{"result":{"id":7"#, nil), (#"{"result":1,"id":1"#, nil),
            (#"{"id":99999999999999999999,"result":1}"#, nil),
            // No message at all.
            ("", nil), ("Listening", nil), (#""id":1,"result":2"#, nil), (#"[{"id":1,"result":2}]"#, nil), ("{", nil),
            (#"{"idx":1,"result":2}"#, nil), (#"{"x":"id","result":2,"y":1}"#, nil),
        ] as [(String, Int?)])
    func itsRequestIsToldByTheOutermostMembers(message: String, request: Int?) {
        #expect(UnreadAnswer.request(Array(message.utf8)) == request)
    }
}
