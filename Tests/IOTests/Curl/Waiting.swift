import Testing

/// Whether `condition` comes to hold within five seconds.
func soon(_ condition: () async -> Bool) async throws -> Bool {
    for _ in 0..<1000 {
        if await condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return false
}
