import HTTP
import ToolSources

/// An answer while it comes: a stream of events, or a document.
final class StreamedAnswer {
    private(set) var isStream = false
    private(set) var isTooLarge = false
    /// The request has its answer, whatever comes after it.
    var isWhole = false
    private(set) var body: [UInt8] = []
    private(set) var reader: EventStreamReader
    private let limit: Int
    private let decide: (Int, [Field]) -> Bool
    private var isDecided = false

    /// - Parameters:
    ///   - limit: octets of a document, or of one event.
    ///   - decide: whether an answer with this head is a stream; asked once.
    init(limit: Int, _ decide: @escaping (Int, [Field]) -> Bool) {
        self.limit = limit
        self.decide = decide
        reader = EventStreamReader(limit: limit)
    }

    /// - Returns: the events that have ended in this piece; nil when nothing more is wanted.
    func take(_ head: OutboundResponse, _ piece: UnsafeRawBufferPointer) -> [EventStreamReader.Event]? {
        if !isDecided {
            isDecided = true
            isStream = decide(head.status, head.fields)
        }
        do throws(EventStreamReader.Failure) {
            if isStream { return try reader.read(piece) }
        } catch {
            isTooLarge = true
            return nil
        }
        guard piece.count <= limit - body.count else {
            isTooLarge = true
            return nil
        }
        body += piece
        return []
    }
}
