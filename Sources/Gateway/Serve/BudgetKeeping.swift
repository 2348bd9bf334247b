import Core
import Crypto
import IO
import LumaClient
import Settings
import Store

/// The budget outlives the program, so that one that dies and is started again and again does not spend, each time anew,
/// what Luma lets it spend once.
extension Shared {
    /// Goes on where the last program ended, and keeps what is spent from now on. Requests that come before the store
    /// has answered are counted all the same.
    ///
    /// - Parameter patience: returns after so many seconds in any case: a disk that hangs must not hold up the start. What
    ///   is said above happens then when the store answers.
    func resumeBudget(patience: Double = 2) async {
        guard let name = budgetName else { return }
        let (answered, end) = AsyncStream.makeStream(of: Void.self)
        store.load(name) { [self] saved in
            // Without it there is nothing to go on with; that the store fails is told by health.
            goOn(with: (try? saved.get()) ?? nil, name)
            end.finish()
        }
        let timer = Task {
            try? await Task.sleep(for: .seconds(patience))
            end.finish()
        }
        for await _ in answered {}
        timer.cancel()
    }

    private func goOn(with saved: SavedValue?, _ name: String) {
        let (store, budget) = (store, account.budget)
        if let memory = saved.flatMap({ BudgetMemory($0.bytes) }) {
            budget.restore(memory, now: LoopClock.monotonicNow, wallClock: WallClock.now)
        }
        budget.keep { seconds in
            Task.detached {
                try await Task.sleep(for: .seconds(seconds))
                budget.keepPending(LoopClock.monotonicNow)
            }
        } with: { budget, now in
            let wall = WallClock.now
            store.save(name, budget.memory(now: now, wallClock: wall).encoded, at: wall) { _ in }
        }
    }

    /// One name for each budget: Luma counts by key. Nil for the emulator inside, whose budget ends with the program.
    private var budgetName: String? {
        guard !configuration.usesSandbox,
            let digest = try? Digest.sha256(Array("budget \(upstream) \(key.reveal())".utf8))
        else { return nil }
        return "budget-" + Hex.encode(Array(digest.prefix(12)))
    }
}
