import HTTP
import Testing

@Suite struct ByteBufferTests {
    private func text(_ buffer: borrowing ByteBuffer) -> String { String(decoding: buffer.bytes, as: UTF8.self) }

    @Test func octetsComeOutInTheOrderInWhichTheyCame() {
        var buffer = ByteBuffer()
        var expected: [UInt8] = []
        for round in 0..<2000 {
            let piece = (0..<(round % 97)).map { UInt8(truncatingIfNeeded: $0 &* round) }
            buffer.append(piece)
            expected += piece
            let taken = min(expected.count, round % 89)
            buffer.removeFirst(taken)
            expected.removeFirst(taken)
            #expect(buffer.count == expected.count)
        }
        #expect(Array(buffer.bytes) == expected)
    }

    @Test func numbersAreWrittenInFull() {
        var buffer = ByteBuffer()
        for number in [0, 7, 10, 99, 1000, Int.max] {
            buffer.append(decimal: number)
            buffer.append(UInt8(ascii: " "))
            buffer.append(hexadecimal: number)
            buffer.append(" ")
        }
        #expect(
            text(buffer) == "0 0 7 7 10 a 99 63 1000 3e8 9223372036854775807 7fffffffffffffff ")
    }

    @Test func everyShortNumberIsWrittenInFull() {
        var buffer = ByteBuffer()
        for number in 0...10_100 {
            buffer.removeAll()
            buffer.append(decimal: number)
            #expect(text(buffer) == String(number))
        }
    }

    @Test func memoryIsKeptUntilItIsGivenBack() {
        var buffer = ByteBuffer()
        #expect(buffer.reserved == 0)
        buffer.append([UInt8](repeating: 1, count: 1000))
        buffer.truncate(to: 10)
        #expect(buffer.count == 10)
        buffer.removeAll()
        #expect(buffer.isEmpty && buffer.reserved >= 1000)
        buffer.release()
        #expect(buffer.isEmpty && buffer.reserved == 0)
        buffer.append("long enough not to fit into a small string")
        buffer.append(utf8: String("and more"))
        #expect(text(buffer) == "long enough not to fit into a small stringand more")
    }
}
