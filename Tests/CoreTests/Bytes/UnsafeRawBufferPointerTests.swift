import Core
import Testing

@Suite struct UnsafeRawBufferPointerTests {
    @Test func octetsAreComparedToTheLast() {
        let octets = (0..<40).map { UInt8(truncatingIfNeeded: $0 * 7) }
        for count in 0...octets.count {
            let part = Array(octets[..<count])
            #expect(part.withUnsafeBytes { a in Array(part).withUnsafeBytes { a.isSame(as: $0) } })
            for index in 0..<count {
                var other = part
                other[index] ^= 0x80
                #expect(!part.withUnsafeBytes { a in other.withUnsafeBytes { a.isSame(as: $0) } })
            }
            #expect(!part.withUnsafeBytes { a in (part + [0]).withUnsafeBytes { a.isSame(as: $0) } })
        }
    }
}
