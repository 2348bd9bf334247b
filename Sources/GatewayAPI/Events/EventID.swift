import Core

/// The id of an event, as a path or an argument names it. Luma's ids are opaque, so only what cannot be one is refused.
package struct EventID: Hashable, Sendable {
    package let text: String
    private static let longest = 100

    /// - Throws: `APIError` 404 for what cannot be an id.
    package init(_ text: String) throws(APIError) {
        let isPlausible = !text.isEmpty && text.utf8.count <= Self.longest && text.utf8.allSatisfy(\.isLumaIDByte)
        guard isPlausible else { throw APIError.eventNotFound(text) }
        self.text = text
    }
}
