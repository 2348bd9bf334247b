import IO
import Store

extension SessionTable {
    /// Those that one question of the store gives.
    private static let mostAtOnce = 1000

    /// Learns which sessions were ended by an earlier process, or at another gateway on the same store, since the last
    /// look. One look at a time. That the store fails is told by health, and the next look learns it all the same.
    func lookForEnded() async {
        var found: [EndedSession] = []
        repeat {
            let last = lastEnded
            let answer = await withUnsafeContinuation { continuation in
                store.endedSessions(after: last, limit: Self.mostAtOnce) { continuation.resume(returning: $0) }
            }
            guard case .success(let ended) = answer else { return }
            found = ended
            addEnded(found)
        } while found.count == Self.mostAtOnce
        firstLook.end()
    }
}
