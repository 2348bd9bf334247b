import IO

extension Shared {
    /// What other gateways on the same store end is known here after so many seconds.
    private static let secondsBetweenLooks = 5.0
    /// The same while the store has never been heard: sessions wait for that.
    private static let secondsBeforeTheFirst = 1.0

    /// Learns what was ended before, and looks from then on; cancel the task to end that.
    func lookForEndedSessions() -> Task<Void, Never> {
        let sessions = mcp.sessions
        return Task.detached {
            while !Task.isCancelled {
                await sessions.lookForEnded()
                let seconds = sessions.firstLook.isOver ? Self.secondsBetweenLooks : Self.secondsBeforeTheFirst
                try? await Task.sleep(for: .seconds(seconds))
            }
        }
    }
}
