import Core
import Testing

@Suite struct ArrayCopyingTests {
    @Test(arguments: [0, 1, 7, 8, 9, 4096]) func itHasTheOctets(_ count: Int) {
        let octets = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 31) }
        octets.withUnsafeBytes { #expect([UInt8](copying: $0) == octets) }
    }

    @Test func nothingIsAnEmptyArray() {
        #expect([UInt8](copying: UnsafeRawBufferPointer(start: nil, count: 0)).isEmpty)
    }
}
