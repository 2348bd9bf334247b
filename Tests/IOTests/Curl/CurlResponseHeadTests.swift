import HTTP
import Testing

@testable import IO

@Suite struct CurlResponseHeadTests {
    private func read(_ lines: [String], repeated: [String] = []) -> CurlResponseHead {
        var head = CurlResponseHead(keeping: .init(["etag", "Retry-After"], repeated: repeated))
        for line in lines {
            let accepted = Array(line.utf8).withUnsafeBytes { head.accept($0) }
            #expect(accepted)
        }
        return head
    }

    @Test(
        arguments: [
            (["HTTP/1.1 200 OK\r\n", "ETag: \"a\"\r\n", "X: y\r\n", "\r\n"], [Field("etag", "\"a\"")]),
            (
                ["HTTP/2 200 \r\n", "retry-after:7 \t\r\n", "etag:\r\n", "\r\n"],
                [
                    Field("retry-after", "7"), Field("etag", ""),
                ]
            ),
            // The first of two counts.
            (["HTTP/1.1 200 OK\n", "Etag: 1\n", "eTAG: 2\n", "\n"], [Field("etag", "1")]),
            // An interim answer's fields are not the answer's, nor are those of a trailer section.
            (
                ["HTTP/1.1 103 \r\n", "etag: no\r\n", "\r\n", "HTTP/1.1 200 \r\n", "\r\n", "etag: late\r\n", "\r\n"],
                []
            ),
            // A folded value is one value; a fold behind another field is not this one's.
            (["HTTP/1.1 200 \r\n", "etag: a\r\n", " b\r\n", "X: y\r\n", "\tz\r\n", "\r\n"], [Field("etag", "a b")]),
            (["HTTP/1.1 200 \r\n", "etag\r\n", "etagg: 1\r\n", ": x\r\n", "\r\n"], []),
        ] as [([String], [Field])])
    func keepsWhatIsRead(lines: [String], fields: [Field]) {
        let head = read(lines)
        #expect(head.isComplete)
        #expect(head.fields == fields)
    }

    @Test func eachOfARepeatedFieldIsKept() {
        let head = read(
            [
                "HTTP/1.1 200 \r\n", "ETag: a\r\n", "retry-after: 1\r\n", "etag: b\r\n", " c\r\n", "retry-after: 2\r\n",
                "\r\n",
            ], repeated: ["ETag"])
        #expect(head.fields == [Field("etag", "a"), Field("retry-after", "1"), Field("etag", "b c")])
    }

    @Test func aHeadThatBreaksOffIsNotComplete() {
        #expect(!read([]).isComplete)
        #expect(!read(["HTTP/1.1 200 OK\r\n", "etag: 1\r\n"]).isComplete)
        #expect(!read(["HTTP/1.1 100 Continue\r\n", "\r\n", "HTTP/1.1 200 OK\r\n"]).isComplete)
        var used = read(["HTTP/1.1 200 OK\r\n", "etag: 1\r\n", "\r\n"])
        used.reset()
        #expect(!used.isComplete && used.fields.isEmpty)
    }

    @Test func aHeadIsBounded() {
        var head = CurlResponseHead(keeping: .init([]))
        let line = [UInt8](repeating: 0x61, count: 32_768)
        #expect(line.withUnsafeBytes { head.accept($0) })
        #expect(line.withUnsafeBytes { head.accept($0) })
        #expect(!line.withUnsafeBytes { head.accept(UnsafeRawBufferPointer(rebasing: $0[..<1])) })
    }
}
