/// What can be told of a message that is not read: it is no JSON by the rules here, or its end is not kept.
public enum UnreadAnswer {
    /// The number of the request that the message answers; nil when it is no answer, or does not say to what. Looks at the members
    /// of the outermost object alone, however deep the others are, and in whichever order they stand.
    public static func request(_ message: [UInt8]) -> Int? {
        guard let start = message.firstIndex(where: { !isSpace($0) }), message[start] == UInt8(ascii: "{") else {
            return nil
        }
        var at = start
        var depth = 0
        /// What comes is the name of a member of the outermost object.
        var isName = false
        var isID = false
        var isAnswer = false
        var id: Int?
        while at < message.count {
            let octet = message[at]
            at += 1
            switch octet {
            case UInt8(ascii: "\""):
                guard let end = endOfString(message, at) else { return isAnswer ? id : nil }
                if depth == 1, isName {
                    let name = message[at..<end]
                    if name.elementsEqual("method".utf8) { return nil }
                    if name.elementsEqual("result".utf8) || name.elementsEqual("error".utf8) { isAnswer = true }
                    isID = name.elementsEqual("id".utf8)
                    isName = false
                }
                at = end + 1
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth == 1 { isName = true }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return isAnswer ? id : nil }
            case UInt8(ascii: ","): if depth == 1 { isName = true }
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard depth == 1, isID else { continue }
                let digits = message[(at - 1)...].prefix { isDigit($0) }
                at = digits.endIndex
                guard id == nil, at < message.count, isEnd(message[at]) else { return nil }
                id = Int(String(decoding: digits, as: UTF8.self))
            default: if depth == 1, isID, !isSpace(octet), octet != UInt8(ascii: ":") { return nil }
            }
        }
        return isAnswer ? id : nil
    }

    /// Where the quotation mark is that ends the string which begins at `start`; nil when there is none.
    private static func endOfString(_ message: [UInt8], _ start: Int) -> Int? {
        var at = start
        while at < message.count {
            switch message[at] {
            case UInt8(ascii: "\""): return at
            case UInt8(ascii: "\\"): at += 2
            default: at += 1
            }
        }
        return nil
    }

    private static func isSpace(_ octet: UInt8) -> Bool { [0x20, 0x09, 0x0a, 0x0d].contains(octet) }
    private static func isDigit(_ octet: UInt8) -> Bool { octet >= UInt8(ascii: "0") && octet <= UInt8(ascii: "9") }
    /// Of a value.
    private static func isEnd(_ octet: UInt8) -> Bool {
        isSpace(octet) || octet == UInt8(ascii: ",") || octet == UInt8(ascii: "}")
    }
}
