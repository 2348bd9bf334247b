import CCurl
import Glibc
import Testing

@testable import IO

@Suite struct LoopMemoryTests {
    /// Every size up to the largest, and what is around the borders of a class.
    private static let sizes = Array(0...2100) + [2560, 2561, 3072, 4096, 4097, 8191, 8192, 8193, 16383, 16384]

    @Test func aPieceHoldsWhatWasAskedFor() throws {
        var memory = LoopMemory()
        defer { memory.release() }
        for round in 0..<2 {
            for size in Self.sizes {
                let piece = try memory.piece(size)
                // The second time it is the first round's; an overflow of one of them would meet malloc's own notes.
                memset(piece, Int32(round), size)
                memory.take(piece)
            }
        }
    }

    @Test func aPieceComesBackForItsSize() throws {
        var memory = LoopMemory()
        defer { memory.release() }
        for size in Self.sizes {
            let piece = try memory.piece(size)
            memory.take(piece)
            #expect(memory.kept >= size, "size \(size)")
            let again = try memory.piece(size)
            #expect(again == piece, "size \(size)")
            #expect(memory.kept == 0, "size \(size)")
            LoopMemory.free(again)
        }
    }

    /// malloc gives more than was asked for where what is left of a piece would be of no use.
    @Test func aPieceThatIsLongerThanAskedForComesBackForItsSize() throws {
        var memory = LoopMemory()
        defer { memory.release() }
        let holes = (0..<64).map { _ in (malloc(224 + 16), malloc(16)) }
        for (hole, _) in holes { free(hole) }
        let pieces = try (0..<32).map { _ in try memory.piece(208) }
        for piece in pieces { memory.take(piece) }
        for _ in pieces {
            let again = try memory.piece(208)
            #expect(pieces.contains(again))
            LoopMemory.free(again)
        }
        #expect(memory.kept == 0)
        for (_, wall) in holes { free(wall) }
    }

    @Test func whatIsKeptIsBounded() throws {
        var memory = LoopMemory()
        defer { memory.release() }
        var pieces: [UnsafeMutableRawPointer] = []
        for _ in 0..<(2 * LoopMemory.limit / 4096) { pieces.append(try memory.piece(4096)) }
        #expect(memory.kept == 0)
        for piece in pieces { memory.take(piece) }
        #expect(memory.kept == LoopMemory.limit / (4096 + LoopMemory.overhead) * (4096 + LoopMemory.overhead))
    }

    @Test func aLargePieceIsNotKept() throws {
        var memory = LoopMemory()
        defer { memory.release() }
        memory.take(try memory.piece(1 << 20))
        #expect(memory.kept == 0)
    }

    /// The functions for a C library, with a loop's memory and without one.
    @Test(arguments: [false, true]) func theFunctionsDoWhatTheirNamesakesDo(isOnLoop: Bool) async throws {
        @Sendable func check() throws {
            let zeroed = try #require(LoopMemory.calloc(5, 7))
            #expect(UnsafeRawBufferPointer(start: zeroed, count: 35).allSatisfy { $0 == 0 })
            memset(zeroed, 7, 35)
            LoopMemory.free(zeroed)
            let again = try #require(LoopMemory.calloc(5, 7))
            #expect(UnsafeRawBufferPointer(start: again, count: 35).allSatisfy { $0 == 0 })
            LoopMemory.free(again)
            #expect(LoopMemory.calloc(.max, 2) == nil)
            // C's sizes have no sign.
            for size in [Int.max, .min, -1] {
                #expect(LoopMemory.malloc(size) == nil)
                #expect(LoopMemory.calloc(size, 1) == nil)
                #expect(LoopMemory.calloc(-1, size) == nil)
                let piece = try #require(LoopMemory.malloc(1))
                #expect(LoopMemory.realloc(piece, size) == nil)
                LoopMemory.free(piece)
            }
            LoopMemory.free(nil)

            var grown = try #require(LoopMemory.realloc(nil, 3))
            memcpy(grown, "abc", 3)
            for size in [3, 30, 300, 3000, 30_000, 300_000, 40] {
                grown = try #require(LoopMemory.realloc(grown, size))
                #expect(UnsafeRawBufferPointer(start: grown, count: 3).elementsEqual("abc".utf8))
            }
            LoopMemory.free(grown)
            let copy = try #require(LoopMemory.strdup("a text"))
            #expect(String(cString: copy) == "a text")
            LoopMemory.free(copy)
        }
        guard isOnLoop else { return try check() }
        let loop = try Loop(label: "memory")
        loop.start()
        try await loop.perform { _ in try check() }
        await loop.stop()
    }

    /// What libcurl gives back is kept, but where a sanitizer is to see it go.
    @Test func libcurlUsesTheMemoryOfItsLoop() async throws {
        let loop = try Loop(label: "memory")
        loop.start()
        let kept = await loop.perform { _ -> Int? in
            guard CurlLibrary.started == CURLE_OK, let url = curl_url() else { return nil }
            curl_url_cleanup(url)
            return LoopMemory.current?.pointee.kept
        }
        await loop.stop()
        #if NO_LOOP_MEMORY
            #expect(kept == 0)
        #else
            #expect((kept ?? 0) > 0)
        #endif
    }
}

extension LoopMemory {
    fileprivate mutating func piece(_ size: Int) throws -> UnsafeMutableRawPointer {
        let piece = allocate(size)
        return try #require(piece)
    }
}
