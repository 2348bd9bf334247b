import Core
import Testing

/// Documents with random damage: nothing crashes, both readers agree, and what is accepted survives a round trip.
@Suite struct JSONMutationTests {
    @Test(arguments: JSONSamples.documents.indices)
    func damagedDocumentsAreRefusedOrSurviveARoundTrip(_ sample: Int) throws {
        var random = SeededGenerator(seed: UInt64(sample))
        let original = Array(JSONSamples.documents[sample].utf8)
        var accepted = 0
        for _ in 0..<4000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &random) { Self.damage(&bytes, using: &random) }
            let parsed = Result { try JSON.parse(bytes) }
            let checked = Result { try bytes.withUnsafeBytes { try JSON.check($0) } }
            switch (parsed, checked) {
            case (.success(let value), .success):
                accepted += 1
                let written = value.encoded
                #expect(try JSON.parse(written) == value)
                #expect(try JSON.parse(written).encoded == written)
            case (.failure(let error as JSONError), .failure(let other as JSONError)):
                // A repeated name that only the parser sees may come before what the checker stops at.
                #expect(error == other || error.kind == .duplicateKey)
                #expect((0...bytes.count).contains(error.offset))
            case (.failure(let error as JSONError), .success): #expect(error.kind == .duplicateKey)
            default: Issue.record("the checker refuses what the parser accepts: \(bytes)")
            }
        }
        #expect(accepted > 50)
    }

    /// One byte replaced, put in or taken out, or a piece repeated elsewhere.
    private static func damage(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
        let marks = Array("{}[],:\"\\ue0-+.tfn \u{1}".utf8) + [0x80, 0xc3, 0xe2, 0xed, 0xf0, 0xff]
        let byte =
            Bool.random(using: &random)
            ? marks.randomElement(using: &random)! : UInt8.random(in: 0...255, using: &random)
        guard let place = bytes.indices.randomElement(using: &random) else { return bytes.append(byte) }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = byte
        case 1: bytes.insert(byte, at: place)
        case 2: bytes.remove(at: place)
        default:
            let end = Int.random(in: place...bytes.count, using: &random)
            bytes.insert(contentsOf: Array(bytes[place..<end]), at: bytes.indices.randomElement(using: &random)!)
        }
    }

    /// Documents made at random, so that the writer meets every kind of value and of text.
    @Test func whatIsWrittenReadsBackEqual() throws {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let value = Self.make(depth: 4, using: &random)
            let written = value.encoded
            #expect(try JSON.parse(written) == value)
            #expect(throws: Never.self) { try written.withUnsafeBytes { try JSON.check($0) } }
        }
    }

    private static func make(depth: Int, using random: inout SeededGenerator) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .number(JSONNumber(Int.random(in: .min ... .max, using: &random)))
        case 3: return .number(JSONNumber(Double.random(in: -1e30...1e30, using: &random))!)
        case 4: return .string(text(using: &random))
        case 5:
            return .array(
                (0..<Int.random(in: 0..<5, using: &random)).map { _ in make(depth: depth - 1, using: &random) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0..<25, using: &random) {
                object[text(using: &random)] = make(depth: depth - 2, using: &random)
            }
            return .object(object)
        }
    }

    private static func text(using random: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0..<20, using: &random) {
            let limit: UInt32 = [0x20, 0x80, 0x800, 0x1_0000, 0x11_0000].randomElement(using: &random)!
            text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) ?? "\\")
        }
        return text
    }
}
