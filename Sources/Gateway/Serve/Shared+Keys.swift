import Core
import Keys
import Store

/// Keys are judged by what is in memory, which is brought up to date here.
extension Shared {
    /// What other gateways on the same store do to keys is known here after so many seconds.
    private static let secondsBetweenKeys = 2.0
    /// After so many looks the streams of keys that have expired are ended, and what is too old is forgotten.
    private static let looksBetweenChecks = 15
    private static let looksBetweenPurges = 1800

    /// Learns which keys there are, for so many seconds at most: who comes with a key before that is known has to come again.
    func readKeys(patience: Double = 2) async {
        guard let keys = access.keys else { return }
        let (answered, end) = AsyncStream.makeStream(of: Void.self)
        keys.refresh { _ in end.finish() }
        let timer = Task {
            try? await Task.sleep(for: .seconds(patience))
            end.finish()
        }
        for await _ in answered {}
        timer.cancel()
    }

    /// Looks for changes of keys from then on, and notes when they were used; cancel the task to end that. Nil without keys.
    func followKeys() -> Task<Void, Never>? {
        guard let keys = access.keys else { return nil }
        return Task.detached {
            var looks = 0
            while !Task.isCancelled {
                // That the store fails is told by health, and by the answers once it has failed for too long.
                _ = await keys.read()
                keys.noteUses()
                if looks % Self.looksBetweenPurges == 0 { keys.purge() }
                looks += 1
                if looks % Self.looksBetweenChecks == 0 { keys.lookAgain() }
                try? await Task.sleep(for: .seconds(Self.secondsBetweenKeys))
            }
        }
    }
}
