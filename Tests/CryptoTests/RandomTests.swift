import Crypto
import Testing

@Suite struct RandomTests {
    @Test(arguments: [0, 1, 16, 32, 4096])
    func givesAsManyBytesAsAsked(count: Int) throws {
        #expect(try Random.bytes(count).count == count)
    }

    @Test func doesNotRepeat() throws {
        #expect(Set(try (0..<1000).map { _ in try Random.bytes(16) }).count == 1000)
    }

    @Test(arguments: [-1, Random.maximumCount + 1])
    func refusesACountOutOfRange(count: Int) {
        #expect(throws: CryptoError.self) { try Random.bytes(count) }
    }

    /// Over several refills: no number twice, each bit set about half of the time.
    @Test func theSourceIsUniformOverItsBuffer() throws {
        var source = try SystemRandomSource()
        var ones = [Int](repeating: 0, count: 64)
        var seen: Set<UInt64> = []
        for _ in 0..<4096 {
            let number = source.next()
            seen.insert(number)
            for bit in 0..<64 where number >> UInt64(bit) & 1 == 1 { ones[bit] += 1 }
        }
        #expect(seen.count == 4096)
        // 2048 ± 32 is one standard deviation; eleven of them never happen.
        #expect(ones.allSatisfy { abs($0 - 2048) < 352 })
        #expect((1...6).contains(Int.random(in: 1...6, using: &source)))
    }
}
