import Dispatch
import Glibc

/// Reads lines from a descriptor on a thread of its own: a terminal, a pipe or a file, which epoll cannot all watch.
public final class LineInput: Sendable {
    public enum Item: Sendable, Equatable {
        /// Without its line end.
        case line([UInt8])
        /// A line longer than the limit was passed over.
        case tooLong
        /// The end, or an error that ends the input.
        case end
    }

    private static let pieceSize = 64 << 10
    private let descriptor: Int32
    private let maxBytes: Int

    /// - Parameter maxBytes: the longest line that is delivered.
    public init(descriptor: Int32 = 0, maxBytes: Int) {
        self.descriptor = descriptor
        self.maxBytes = maxBytes
    }

    /// Starts to read; `deliver` is called on the reading thread, in order, `end` last.
    public func start(_ deliver: @escaping @Sendable (Item) -> Void) {
        DispatchQueue(label: "luma-mcp.stdin").async { [self] in
            run(deliver)
            deliver(.end)
        }
    }

    private func run(_ deliver: (Item) -> Void) {
        var line: [UInt8] = []
        var isTooLong = false
        var piece = [UInt8](repeating: 0, count: Self.pieceSize)
        while true {
            let count = piece.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                // Whoever started us may have left the descriptor non-blocking.
                var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                poll(&ready, 1, -1)
                continue
            }
            guard count > 0 else { break }
            var rest = piece[..<count]
            while let end = rest.firstIndex(of: 0x0a) {
                take(rest[..<end], &line, &isTooLong)
                emit(&line, &isTooLong, deliver)
                rest = rest[(end + 1)...]
            }
            take(rest, &line, &isTooLong)
        }
        // A last line may come without its end.
        if !line.isEmpty || isTooLong { emit(&line, &isTooLong, deliver) }
    }

    private func take(_ bytes: ArraySlice<UInt8>, _ line: inout [UInt8], _ isTooLong: inout Bool) {
        if isTooLong { return }
        if line.count + bytes.count > maxBytes {
            isTooLong = true
            line = []
        } else {
            line += bytes
        }
    }

    private func emit(_ line: inout [UInt8], _ isTooLong: inout Bool, _ deliver: (Item) -> Void) {
        if line.last == 0x0d { line.removeLast() }
        if isTooLong {
            deliver(.tooLong)
        } else if !line.isEmpty {
            deliver(.line(line))
        }
        line = []
        isTooLong = false
    }
}
