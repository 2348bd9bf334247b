import Core
import Crypto
import GatewayAPI
import HTTP

/// What may change something, read and checked for its form.
struct WriteRequest {
    enum Wanted {
        /// - Parameter isMinimal: nothing is wanted back but the id.
        case create(JSON, isMinimal: Bool)
        /// An event that names a template.
        case createFromTemplate(JSON, isMinimal: Bool)
        /// Changes what the document names and leaves the rest.
        case update(EventID, JSON)
        case cancel(EventID, CancelTerms)
        case operation(PassedOperation)
    }

    let wanted: Wanted
    var terms = WriteTerms()
    /// Nil when it may be served as often as it is made.
    var keyed: KeyedWrite?
}

/// By whom and on which terms a write is asked for.
struct WriteTerms {
    /// Only to tell what would become of it.
    var isDryRun = false
    /// Who asks: what one caller's key stands for is nobody else's business.
    var principal = ""
    /// On whose behalf: what is a warning to one is a refusal to another.
    var surface = EventPlausibility.Surface.rest
    /// What has to hold of what is changed.
    var conditions = Preconditions()
}

/// What a cancel says besides the event.
struct CancelTerms {
    /// Whether guests get their money back; nil when that is not said.
    var refund: Bool?
    /// What a preview gave.
    var confirm: String?
    /// It was agreed to in a form that its user may have looked at for as long as they liked.
    var isAgreedInForm = false
}

/// The key under which a request is served once, and what the key stands for.
struct KeyedWrite {
    let key: IdempotencyKey
    let fingerprint: [UInt8]

    /// - Parameters: as for the fingerprint.
    /// - Returns: nil when OpenSSL gives no digest: then nothing can be promised of the key.
    init?(
        _ key: IdempotencyKey, _ endpoint: Endpoint, _ parameter: String? = nil,
        query: [(name: String, value: String)] = [], document: JSON?
    ) {
        guard let fingerprint = Fingerprint.of(endpoint, parameter, query: query, document: document) else {
            return nil
        }
        self.key = key
        self.fingerprint = fingerprint
    }
}
