import Core
import Testing

/// What a single byte is.
@Suite struct DigitsTests {
    private static let alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    @Test func aByteIsOfItsKindsAlone() {
        for byte in UInt8.min...UInt8.max {
            let isAlphanumeric = Self.alphanumeric.utf8.contains(byte)
            #expect(byte.isASCIIAlphanumeric == isAlphanumeric, "\(byte)")
            #expect(byte.isLumaIDByte == (isAlphanumeric || byte == 0x2d || byte == 0x5f), "\(byte)")
        }
    }
}
