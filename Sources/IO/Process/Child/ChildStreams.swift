import CLinux
import Core
import Glibc

/// What a run is told by the descriptors of its child.
protocol ChildListener: AnyObject {
    /// The child has ended. Said again until its pidfd is forgotten.
    func childEnded()
    /// A stream of its output has ended.
    func streamEnded()
    /// A stream whose limit must not be passed was longer; it is closed.
    func streamOverflowed()
    /// The child reads no more, and there may have been more for it.
    func inputRefused()
}

/// Waits for the end of a child.
final class ChildEnd: ReadinessHandler {
    private unowned let listener: any ChildListener

    init(_ listener: any ChildListener) { self.listener = listener }

    func ready(_ events: UInt32) { listener.childEnded() }
}

/// Reads one stream of a child's output. On one loop.
final class ChildOutput: ReadinessHandler {
    private static let pieceBytes = 1 << 16
    /// Pieces in one turn; the loop has others.
    private static let piecesPerTurn = 4
    /// A full pipe has no more when nobody writes any longer (/proc/sys/fs/pipe-max-size is a mebibyte).
    private static let piecesAtTheEnd = 64

    private(set) var collected: CappedOutput
    /// True once it is closed.
    private(set) var isOver = false
    private let descriptor: Int32
    private let isLimitFatal: Bool
    /// Octets that are read in a second, more or less; nil for all that come.
    private let pace: Int?
    /// When this second began, and what was read in it.
    private var second: (began: MonotonicTime, octets: Int)
    /// The end of a pause.
    private var pause: TimerQueue.Token?
    private let hearing: ((UnsafeRawBufferPointer) -> Void)?
    private let reactor: Reactor
    private unowned let listener: any ChildListener

    init(
        _ descriptor: Int32, _ collected: CappedOutput, isLimitFatal: Bool, pace: Int? = nil,
        hearing: ((UnsafeRawBufferPointer) -> Void)? = nil, _ listener: any ChildListener, _ reactor: Reactor
    ) {
        self.descriptor = descriptor
        self.collected = collected
        self.isLimitFatal = isLimitFatal
        self.pace = pace
        second = (reactor.now, 0)
        self.hearing = hearing
        self.listener = listener
        self.reactor = reactor
    }

    func watch() throws(SystemError) { try reactor.watch(descriptor, UInt32(LM_EPOLLIN), self) }

    func ready(_ events: UInt32) {
        if pace != nil, reactor.now.seconds(since: second.began) >= 1 { second = (reactor.now, 0) }
        read(pieces: Self.piecesPerTurn)
        if isOver { listener.streamEnded() } else { rest() }
    }

    /// Lets whoever writes too fast wait. An end of the stream is reported all the same.
    private func rest() {
        guard let pace, pause == nil else { return }
        guard second.octets > pace else { return }
        do throws(SystemError) { try reactor.rewatch(descriptor, 0) } catch { return }
        pause = reactor.schedule(at: second.began.advanced(seconds: 1)) { [weak self] in self?.goOn() }
    }

    private func goOn() {
        pause = nil
        guard !isOver else { return }
        second = (reactor.now, 0)
        do throws(SystemError) {
            try reactor.rewatch(descriptor, UInt32(LM_EPOLLIN))
        } catch {
            shut()
            listener.streamEnded()
        }
    }

    /// Takes what is still in the pipe, and closes it.
    func finish() {
        read(pieces: Self.piecesAtTheEnd)
        shut()
    }

    private func read(pieces: Int) {
        withUnsafeTemporaryAllocation(byteCount: Self.pieceBytes, alignment: 16) { buffer in
            for _ in 0..<pieces where !isOver {
                let count = Glibc.read(descriptor, buffer.baseAddress!, buffer.count)
                if count > 0 {
                    take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                } else if count < 0, errno == EINTR {
                    continue
                } else {
                    if count == 0 || errno != EAGAIN { shut() }
                    return
                }
            }
        }
    }

    private func take(_ octets: UnsafeRawBufferPointer) {
        collected.append(octets)
        second.octets += octets.count
        hearing?(octets)
        if isLimitFatal, collected.isCut {
            shut()
            listener.streamOverflowed()
        }
    }

    private func shut() {
        if isOver { return }
        isOver = true
        if let pause { reactor.cancel(pause) }
        pause = nil
        reactor.forget(descriptor)
        close(descriptor)
    }
}

/// Writes a child's standard input, as far as it reads it. On one loop.
final class ChildInput: ReadinessHandler {
    /// In one turn; the loop has others.
    private static let piecesPerTurn = 4

    private var rest: ArraySlice<UInt8>
    private let descriptor: Int32
    private let reactor: Reactor
    private unowned let listener: any ChildListener
    /// It is not over when all is written that is there so far.
    private var staysOpen: Bool
    private var isOver = false
    private var isWatched = false

    init(
        _ descriptor: Int32, _ octets: [UInt8], staysOpen: Bool, _ listener: any ChildListener, _ reactor: Reactor
    ) {
        self.descriptor = descriptor
        rest = octets[...]
        self.staysOpen = staysOpen
        self.listener = listener
        self.reactor = reactor
    }

    /// Octets that the child has not taken yet.
    var waiting: Int { rest.count }

    /// Writes what the pipe takes now, and goes on when it takes more.
    func begin() throws(SystemError) {
        write()
        if isOver { return }
        try reactor.watch(descriptor, interest, self)
        isWatched = true
    }

    /// Adds to what is written. Nothing is added to what is over.
    func append(_ octets: [UInt8]) {
        guard staysOpen, !isOver else { return }
        let wasEmpty = rest.isEmpty
        rest += octets
        guard wasEmpty else { return }
        write()
        if !rest.isEmpty { watchAgain() }
    }

    /// Ends it once the child has taken all that waits.
    func end() {
        staysOpen = false
        if rest.isEmpty { shut() }
    }

    func ready(_ events: UInt32) {
        let hadMore = !rest.isEmpty
        write()
        // Reported whatever the interest is: nobody reads any more.
        if !isOver, !hadMore, events & UInt32(LM_EPOLLERR) != 0 { refuse() }
        if hadMore, rest.isEmpty { watchAgain() }
    }

    /// Also for one that did not want all of it.
    func shut() {
        if isOver { return }
        isOver = true
        rest = []
        reactor.forget(descriptor)
        close(descriptor)
    }

    private var interest: UInt32 { rest.isEmpty ? 0 : UInt32(LM_EPOLLOUT) }

    /// The pipe is ready as long as it has room, which is only of interest to whoever has something for it.
    private func watchAgain() {
        if isOver || !isWatched { return }
        do throws(SystemError) { try reactor.rewatch(descriptor, interest) } catch { refuse() }
    }

    private func refuse() {
        shut()
        listener.inputRefused()
    }

    private func write() {
        for _ in 0..<Self.piecesPerTurn where !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno == EINTR {
                continue
            } else {
                // Whoever closes its input has no use for the rest (EPIPE).
                if count == 0 || errno != EAGAIN { refuse() }
                return
            }
        }
        guard rest.isEmpty else { return }
        rest = []
        if !staysOpen { shut() }
    }
}
