import Core

@testable import IO

extension Reactor {
    /// Fires now what is due within so many seconds, where a test would have to wait for it. On the loop.
    ///
    /// What is set anew by that is reckoned from now and stays, and so do all clocks.
    func leap(seconds: Double) {
        let end = now.advanced(seconds: seconds)
        var due: [any TimerHandler] = []
        while let handler = timers.popDue(end) { due.append(handler) }
        for handler in due { handler.timerFired() }
    }
}
