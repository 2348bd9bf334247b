import Foundation
import IO
import Synchronization
import Testing

@Suite struct LineTests {
    /// What a reader delivers of these pieces, each written by itself.
    private func read(_ pieces: [String], maxBytes: Int = 100) async -> [LineInput.Item] {
        let pipe = Pipe()
        let items = Mutex<[LineInput.Item]>([])
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            LineInput(descriptor: pipe.fileHandleForReading.fileDescriptor, maxBytes: maxBytes).start { item in
                items.withLock { $0.append(item) }
                if item == .end { done.resume() }
            }
            for piece in pieces { pipe.fileHandleForWriting.write(Data(piece.utf8)) }
            try? pipe.fileHandleForWriting.close()
        }
        withExtendedLifetime(pipe) {}
        return items.withLock { $0 }
    }

    private func line(_ text: String) -> LineInput.Item { .line(Array(text.utf8)) }

    @Test func linesComeWholeHoweverTheyAreCut() async {
        let text = "one\ntwo\r\n\n\nthree é"
        let expected = [line("one"), line("two"), line("three é"), .end]
        #expect(await read([text]) == expected)
        #expect(await read(text.map(String.init)) == expected)
        #expect(await read([]) == [.end])
    }

    @Test func aLineThatIsTooLongIsPassedOver() async {
        let long = String(repeating: "x", count: 101)
        #expect(await read(["a\n" + long + "\nb\n"]) == [line("a"), .tooLong, line("b"), .end])
        #expect(await read([String(repeating: "x", count: 100), "y", "\nb"]) == [.tooLong, line("b"), .end])
    }

    @Test func linesOfManyWritersStayWhole() async throws {
        let pipe = Pipe()
        let output = LineOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        async let read = Task.detached { pipe.fileHandleForReading.readDataToEndOfFile() }.value
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for _ in 0..<50 { output.write(Array(repeating: UInt8(65 + writer), count: 5000)) }
                }
            }
        }
        output.flush(seconds: 20)
        try pipe.fileHandleForWriting.close()
        let lines = await read.split(separator: 0x0a)
        #expect(lines.count == 400)
        #expect(lines.allSatisfy { $0.count == 5000 && Set($0).count == 1 })
    }

    @Test func aReaderThatIsGoneBreaksTheOutput() async throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let output = LineOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        output.write([1])
        output.flush(seconds: 5)
        #expect(output.isBroken)
        withExtendedLifetime(pipe) {}
    }
}
