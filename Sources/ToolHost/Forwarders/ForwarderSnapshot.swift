import Core
import ToolSources

/// The services of a gateway at one moment. It does not change: the next one has a higher generation.
package struct ForwarderSnapshot: Sendable {
    /// Grows with each snapshot that is published; 0 before the first.
    package var generation: UInt64 = 0
    /// Those that are offered, by their names.
    package var services: [HostedService] = []
    /// All documents, offered or not.
    package var documents: [ForwarderDocumentState] = []
    /// What is wrong with the directory or one of its files, in words for the operator.
    package var problems: [String] = []

    package init() {}

    /// What these documents offer. A service that was offered before and has not changed stays the same, with its token and all
    /// that is known of it.
    init(_ reading: ForwarderDocuments.Reading, after last: ForwarderSnapshot) {
        generation = last.generation + 1
        documents = reading.documents
        problems = reading.problems
        let before = Dictionary(last.services.map { ($0.name, $0) }) { first, _ in first }
        for document in documents {
            guard let forwarder = document.forwarder else { continue }
            if let same = before[forwarder.name], last.documents.contains(where: { $0.isSame(as: document) }) {
                services.append(same)
            } else {
                services.append(HostedService(forwarder))
            }
        }
        services.sort { $0.name < $1.name }
    }
}

extension ForwarderDocumentState {
    /// Whether both give the same service.
    fileprivate func isSame(as other: ForwarderDocumentState) -> Bool {
        forwarder?.name == other.forwarder?.name && octets == other.octets && settings == other.settings
    }
}
