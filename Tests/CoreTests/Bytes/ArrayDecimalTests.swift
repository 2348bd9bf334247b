import Core
import Testing

@Suite struct ArrayDecimalTests {
    @Test(arguments: [0, 1, 9, 10, 99, 100, 12_345, -1, -10, .max, .min])
    func anIntegerIsAppendedInDecimal(_ value: Int) {
        var bytes = Array("x".utf8)
        bytes.append(decimal: value)
        #expect(String(decoding: bytes, as: UTF8.self) == "x\(value)")
    }

    @Test func otherWidthsWork() {
        var bytes: [UInt8] = []
        bytes.append(decimal: UInt64.max)
        bytes.append(decimal: Int8.min)
        bytes.append(decimal: UInt8(7))
        #expect(String(decoding: bytes, as: UTF8.self) == "18446744073709551615-1287")
    }
}
