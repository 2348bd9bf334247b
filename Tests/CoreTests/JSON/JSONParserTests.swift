import Core
import Testing

@Suite struct JSONParserTests {
    @Test(arguments: JSONSamples.valid)
    func aValidTextIsAcceptedAndComesBackAsItsValue(_ text: String, _ value: JSON) throws {
        #expect(try JSON.parse(text) == value)
        #expect(throws: Never.self) { try Array(text.utf8).withUnsafeBytes { try JSON.check($0) } }
    }

    @Test(arguments: JSONSamples.invalid)
    func anInvalidTextIsRefusedWithItsKindAndPlace(_ bytes: [UInt8], _ kind: JSONError.Kind, _ offset: Int) {
        #expect(throws: JSONError(kind, offset: offset)) { try JSON.parse(bytes) }
        #expect(throws: JSONError(kind, offset: offset)) { try bytes.withUnsafeBytes { try JSON.check($0) } }
    }

    /// Each string takes the scanner through its eight-byte steps at another alignment.
    @Test(arguments: 0..<24)
    func anOffenceIsFoundAtEveryDistanceFromTheQuote(_ distance: Int) {
        let padding = [UInt8](repeating: UInt8(ascii: "x"), count: distance)
        let cases: [([UInt8], JSONError.Kind?)] = [
            ([0x1f], .controlCharacter), ([0x00], .controlCharacter), ([0x7f], nil), ([0x20], nil), ([0x21], nil),
            ([0x23], nil), ([0x5b], nil), ([0x5d], nil), ([0xff], .invalidUTF8), ([0x80], .invalidUTF8),
            ([0xc3, 0xa9], nil),
        ]
        for (bytes, kind) in cases {
            let text = [UInt8(ascii: "\"")] + padding + bytes + padding + [UInt8(ascii: "\"")]
            if let kind {
                #expect(throws: JSONError(kind, offset: distance + 1)) { try JSON.parse(text) }
            } else {
                let expected = String(decoding: padding + bytes + padding, as: UTF8.self)
                #expect((try? JSON.parse(text)) == .string(expected), "\(bytes)")
            }
        }
    }

    /// A tree of tiny values takes far more than its text.
    @Test(arguments: ["[1,[],{},\"a\",null]", "{\"a\":[1,2],\"b\":{\"c\":0}}"])
    func moreValuesThanAllowedAreRefused(text: String) throws {
        #expect(throws: Never.self) { try JSON.parse(text, limits: JSONLimits(maxValues: 6)) }
        let error = #expect(throws: JSONError.self) { try JSON.parse(text, limits: JSONLimits(maxValues: 5)) }
        #expect(error?.kind == .tooLarge)
        let flood = "[" + String(repeating: "[],", count: 250_000) + "[]]"
        #expect(throws: JSONError.self) { try JSON.parse(flood) }
    }

    @Test func theEarliestOffenceInAStringIsTheOneReported() {
        let text: [UInt8] = [0x22, 0x61, 0xff, 0x01, 0x22]
        #expect(throws: JSONError(.invalidUTF8, offset: 2)) { try JSON.parse(text) }
        #expect(throws: JSONError(.controlCharacter, offset: 2)) { try JSON.parse([0x22, 0x61, 0x01, 0xff, 0x22]) }
    }

    @Test(arguments: JSONSamples.documents)
    func everyPrefixOfADocumentIsAnUnexpectedEnd(_ text: String) {
        let bytes = Array(text.utf8)
        for end in bytes.indices {
            let prefix = Array(bytes[..<end])
            #expect(throws: JSONError(.unexpectedEnd, offset: end)) { try JSON.parse(prefix) }
            #expect(throws: JSONError(.unexpectedEnd, offset: end)) {
                try prefix.withUnsafeBytes { try JSON.check($0) }
            }
        }
    }

    @Test(arguments: JSONSamples.documents)
    func everyDocumentMayBeFollowedBySpaceAndNothingElse(_ text: String) throws {
        let value = try JSON.parse(text)
        #expect(try JSON.parse(" \t\r\n" + text + " \t\r\n") == value)
        #expect(throws: JSONError(.trailingData, offset: text.utf8.count + 1)) { try JSON.parse(text + " 1") }
    }

    @Test(arguments: [
        (#"{"a":1,"a":2}"#, 7, "a"), (#"{"a":1,"b":{"c":1,"d":2,"c":3}}"#, 24, "c"), (#"{"":1, "":2}"#, 7, ""),
        (#"{"é":1,"\u00e9":2}"#, 8, "é"), (#"{"a":{"a":1},"a":2}"#, 13, "a"),
    ])
    func aRepeatedNameIsRefusedByName(_ text: String, _ offset: Int, _ name: String) {
        #expect(throws: JSONError(.duplicateKey, offset: offset, name: name)) { try JSON.parse(text) }
    }

    @Test func namesThatOnlyLookAlikeAreDifferent() throws {
        let composed = "\u{e9}"
        let decomposed = "e\u{301}"
        let value = try JSON.parse("{\"\(composed)\":1,\"\(decomposed)\":2}")
        #expect(value[composed] == 1)
        #expect(value[decomposed] == 2)
        #expect(JSON.string(composed) != JSON.string(decomposed))
    }

    @Test(arguments: [15, 31, 32, 33, 34, 100, 100_000])
    func aRepeatedNameIsFoundAmongFewAndAmongMany(_ count: Int) throws {
        var text = "{"
        for index in 0..<count { text += "\"n\(index)\":0," }
        let offset = text.utf8.count
        #expect(try JSON.parse(text + "\"z\":0}").objectValue?.count == count + 1)
        for repeated in [0, count / 2, count - 1] {
            #expect(throws: JSONError(.duplicateKey, offset: offset, name: "n\(repeated)")) {
                try JSON.parse(text + "\"n\(repeated)\":0}")
            }
        }
    }

    @Test(arguments: ["[", "{\"a\":"])
    func depthIsBounded(_ opening: String) throws {
        func nested(_ depth: Int) -> String {
            String(repeating: opening, count: depth) + "1" + String(repeating: opening == "[" ? "]" : "}", count: depth)
        }
        #expect(throws: Never.self) { try JSON.parse(nested(3), limits: JSONLimits(maxDepth: 3)) }
        let offset = 3 * opening.utf8.count
        #expect(throws: JSONError(.tooDeep, offset: offset)) {
            try JSON.parse(nested(4), limits: JSONLimits(maxDepth: 3))
        }
        #expect(throws: JSONError(.tooDeep, offset: 0)) { try JSON.parse("[]", limits: JSONLimits(maxDepth: 0)) }
        #expect(try JSON.parse("7", limits: JSONLimits(maxDepth: 0)) == 7)
        // However high the limit is set, the text never decides how deep the stack goes.
        let deepest = try JSON.parse(nested(JSONLimits.deepest), limits: JSONLimits(maxDepth: .max))
        let again = try JSON.parse(nested(JSONLimits.deepest), limits: JSONLimits(maxDepth: .max))
        let other = try JSON.parse(
            nested(JSONLimits.deepest).replacing("1", with: "2"), limits: JSONLimits(maxDepth: .max))
        // Nor does a comparison, which goes all the way down.
        #expect(deepest == again && deepest != other)
        #expect(deepest.encoded == Array(nested(JSONLimits.deepest).utf8))
        #expect(throws: JSONError(.tooDeep, offset: JSONLimits.deepest * opening.utf8.count)) {
            try JSON.parse(nested(100_000), limits: JSONLimits(maxDepth: .max))
        }
    }

    @Test func depthCountsWhatIsOpenNotWhatWasClosed() throws {
        let text = "[" + String(repeating: "[[]],{},", count: 100) + "1]"
        #expect(throws: Never.self) { try JSON.parse(text, limits: JSONLimits(maxDepth: 3)) }
    }

    @Test func sizeIsBounded() throws {
        #expect(try JSON.parse("[1]", limits: JSONLimits(maxBytes: 3)) == [1])
        #expect(throws: JSONError(.tooLarge, offset: 2)) { try JSON.parse("[1]", limits: JSONLimits(maxBytes: 2)) }
        #expect(throws: JSONError(.tooLarge, offset: 2)) {
            try Array("[1]".utf8).withUnsafeBytes { try JSON.check($0, limits: JSONLimits(maxBytes: 2)) }
        }
    }

    @Test func orderAndSpellingAreKept() throws {
        let text = #"{"z":1.0,"a":1e2,"m":[-0,1E+5,123456789012345678901234567890],"b":null}"#
        #expect(try JSON.parse(text).encoded == Array(text.utf8))
    }
}
