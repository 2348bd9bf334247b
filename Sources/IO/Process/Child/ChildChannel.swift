package import Core

/// A program that is talked with in lines for as long as it is wanted, such as a server on its standard input and output.
///
/// It is started at once, ends by itself or by `close`, and is not started again. On one loop: everything is called there, and all
/// that it tells is told there.
package final class ChildChannel {
    /// How much of it is held at once.
    package struct Bounds: Sendable {
        /// The longest line that is told. A longer one is passed over.
        package var lineBytes = 4 << 20
        /// The longest line of its standard error output.
        package var noteBytes = 4 << 10
        /// Octets of its output that are read in a second. A program that writes more waits.
        package var lineBytesPerSecond = 16 << 20
        /// The same of its standard error output.
        package var noteBytesPerSecond = 1 << 20
        /// Octets that may wait for it to read them.
        package var waitingBytes = 8 << 20
        /// Seconds that it has to end by itself once its input has ended, before SIGTERM.
        package var seconds = 2.0

        package init() {}
    }

    /// What it is heard of.
    package enum Event: Sendable {
        /// A line of its output, without its end.
        case line([UInt8])
        /// A line was longer than may be; with its first octets.
        case lineTooLong([UInt8])
        /// A line of its standard error output, or its beginning.
        case note([UInt8])
        /// It will say no more, or listen no more, and is stopped.
        case silent
        /// Nothing of it is left. The last that is heard.
        case ended(Result<ChildResult, ChildFailure>)
    }

    /// What becomes of a line.
    package enum Sending: Sendable, Equatable {
        /// It is written as soon as the program reads it.
        case taken
        /// Too much waits for the program, which reads nothing.
        case full
        /// The program ends, or has ended.
        case closed
    }

    private let bounds: Bounds
    private let reactor: Reactor
    private var tell: ((Event) -> Void)?
    private var lines: LineSplitter
    private var notes: LineSplitter
    private var input: ChildInput?
    private var kill: () -> Void = {}
    /// What was written before it ran.
    private var early: [UInt8] = []
    private var isClosing = false
    private var isSilent = false
    private var run: Task<Void, Never>?
    private var timer: TimerQueue.Token?

    /// Starts a program. What is in `ChildProcess.input` is written first; its output is told and not kept.
    /// - Parameter tell: may call `send` and `close`.
    package init(
        _ child: ChildProcess, by spawner: Spawner, on reactor: Reactor, bounds: Bounds = Bounds(),
        tell: @escaping (Event) -> Void
    ) {
        self.bounds = bounds
        self.reactor = reactor
        self.tell = tell
        lines = LineSplitter(maxBytes: bounds.lineBytes)
        notes = LineSplitter(maxBytes: bounds.noteBytes)
        var child = child
        (child.outputLimit, child.overflow) = (0, .head)
        let started = child
        run = reactor.start { [self] in
            let result: Result<ChildResult, ChildFailure>
            do throws(ChildFailure) {
                result = .success(try await spawner.run(started, on: reactor, with: self))
            } catch {
                result = .failure(error)
            }
            ended(result)
        }
    }

    /// Gives it a line, to which this adds the end. It holds no line end itself.
    package func send(_ line: [UInt8]) -> Sending {
        guard !isClosing, tell != nil else { return .closed }
        let waiting = input.map(\.waiting) ?? early.count
        // One line is always taken, however long it is.
        guard waiting == 0 || waiting + line.count < bounds.waitingBytes else { return .full }
        if let input { input.append(line + [0x0a]) } else { early += line + [0x0a] }
        return .taken
    }

    /// Lets it end: its input ends, then it gets SIGTERM, then SIGKILL. What it says until then is still told. Once is enough.
    /// - Parameter seconds: until SIGTERM, at most those of its bounds.
    package func close(within seconds: Double = .infinity) {
        guard !isClosing else { return }
        isClosing = true
        guard let input else {
            // It does not run yet, and need not.
            run?.cancel()
            return
        }
        input.end()
        timer = reactor.schedule(at: Reactor.readClock().advanced(seconds: min(bounds.seconds, seconds))) {
            [weak self] in
            self?.run?.cancel()
        }
    }

    /// Returns when nothing of it is left, after `ended` was told.
    /// - Parameter deadline: when it is killed, if it has not ended; half of the time is for it to do so by itself. Nil for as long as
    ///   its patience and its bounds say.
    package func end(by deadline: MonotonicTime? = nil) async {
        close(within: deadline.map { max(0, $0.seconds(since: Reactor.readClock()) / 2) } ?? .infinity)
        let force = deadline.map { deadline in reactor.schedule(at: deadline) { [weak self] in self?.kill() } }
        await run?.value
        if let force { reactor.cancel(force) }
    }

    private func ended(_ result: Result<ChildResult, ChildFailure>) {
        if let timer { reactor.cancel(timer) }
        timer = nil
        (isClosing, input, early) = (true, nil, [])
        kill = {}
        lines.end(hear)
        notes.end(note)
        let tell = tell
        self.tell = nil
        tell?(.ended(result))
    }

    private func hear(_ item: LineSplitter.Item) {
        switch item {
        case .line(let line): tell?(.line(line))
        case .tooLong(let beginning): tell?(.lineTooLong(beginning))
        }
    }

    private func note(_ item: LineSplitter.Item) {
        switch item {
        case .line(let line), .tooLong(let line): tell?(.note(line))
        }
    }
}

extension ChildChannel: ChildPeer {
    var writes: Bool { true }
    var pace: (output: Int, errors: Int)? { (bounds.lineBytesPerSecond, bounds.noteBytesPerSecond) }

    func began(_ input: ChildInput, kill: @escaping () -> Void) {
        self.input = input
        self.kill = kill
        if !early.isEmpty { input.append(early) }
        early = []
    }

    func heard(_ octets: UnsafeRawBufferPointer) { lines.take(octets, hear) }

    func heardError(_ octets: UnsafeRawBufferPointer) { notes.take(octets, note) }

    func fellSilent() {
        if isSilent { return }
        isSilent = true
        // It may have ended, which is known in a moment, or go on with nobody to talk to.
        if !isClosing { tell?(.silent) }
        close()
    }
}
