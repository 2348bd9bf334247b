import Core
import Crypto
import GatewayAPI
import HTTP
import LumaAPI

/// What a read asks for, read and checked.
enum ReadRequest {
    case event(EventID)
    case list(EventListQuery)
    case lookUp(EventAddress)
    case operation(PassedOperation)
}

/// An operation of Luma's that is passed on, with Luma's input, read and checked.
struct PassedOperation {
    let surface: Surface
    let input: JSONObject
}

/// What a read has brought.
enum ReadResult {
    /// One of those that are kept and shared.
    case shared(ReadAnswer)
    /// Made for who asked.
    case own(JSON)

    /// The document.
    /// - Throws: `APIError` 502 for an answer that is no JSON.
    func json() throws(APIError) -> JSON {
        switch self {
        case .shared(let answer): try answer.document.json()
        case .own(let document): document
        }
    }

    /// As REST gives it.
    /// - Throws: `APIError` 412 when If-Match does not hold.
    func response(_ conditions: Preconditions) throws(APIError) -> Response {
        switch self {
        case .shared(let answer): try answer.response(conditions)
        case .own(let document): try .tagged(document.encoded, conditions)
        }
    }
}

/// What may change something, read and checked for its form.
struct WriteRequest {
    enum Wanted {
        /// - Parameter isMinimal: nothing is wanted back but the id.
        case create(JSON, isMinimal: Bool)
        /// An event that names a template.
        case createFromTemplate(JSON, isMinimal: Bool)
        /// Changes what the document names and leaves the rest.
        case update(EventID, JSON)
        /// - Parameter refund: whether guests get their money back; nil when that is not said.
        case cancel(EventID, refund: Bool?)
        case operation(PassedOperation)
    }

    let wanted: Wanted
    var terms = WriteTerms()
    /// Nil when it may be served as often as it is made.
    var keyed: KeyedWrite?
}

extension WriteRequest.Wanted {
    /// The row that it is a request of, which says whether somebody is asked.
    var row: Surface {
        switch self {
        case .create, .createFromTemplate: Surfaces.row(.createEvent)
        case .update: Surfaces.row(.updateEvent)
        case .cancel: Surfaces.row(.cancelEvent)
        case .operation(let passed): passed.surface
        }
    }

    /// The members of the row's input that name what it is about.
    var input: JSONObject {
        switch self {
        case .create, .createFromTemplate: JSONObject()
        case .update(let id, _), .cancel(let id, _): ["event_id": .string(id.text)]
        case .operation(let passed): passed.input
        }
    }
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
    /// What a preview gave: it is done only as that has told it.
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

    /// The same for what is passed on.
    init?(_ key: IdempotencyKey, _ passed: PassedOperation) {
        guard let fingerprint = Fingerprint.of(passed.surface, passed.input) else { return nil }
        self.key = key
        self.fingerprint = fingerprint
    }
}

/// What a request that may change something has come to.
struct Written {
    enum Kind {
        /// There is a new event.
        /// - Parameter isMinimal: nothing was wanted back but its id.
        case created(isMinimal: Bool)
        /// There is something new of an event.
        case made
        /// Anything else that went well, a preview among it.
        case done
        /// The answer of before to the same request, with the status and the fields of then.
        case kept(status: Int, fields: [Field])
    }

    let kind: Kind
    let document: Document
    /// The id of the event that it is about; nil for a preview of one that does not exist, and of an answer of before.
    let eventID: String?
    /// It has changed something, so whoever follows that hears of it. False of a preview, of an update after which
    /// everything is as it was, and of an answer that relies on what an earlier attempt did.
    let isChange: Bool
    /// It was given before, or relies on what an earlier attempt did.
    var isReplayed = false

    static func unchanged(_ document: Document, _ eventID: String? = nil) -> Written {
        Written(kind: .done, document: document, eventID: eventID, isChange: false)
    }
}

extension Written {
    /// As REST gives it.
    var response: Response {
        var response: Response =
            switch kind {
            case .created(let isMinimal): .json(status: 201, fields: createdFields(isMinimal), document.octets)
            case .made: .json(status: 201, document.octets)
            case .done: .json(status: 200, document.octets)
            case .kept(let status, let fields): Response(status: status, fields: fields, body: document.octets)
            }
        if isReplayed { response.fields.append(APIError.replayedField) }
        return response
    }

    private func createdFields(_ isMinimal: Bool) -> [Field] {
        // Luma's ids are opaque: whatever one holds, it must not end the field.
        var fields = [Field("Location", "/events/\(PercentCoding.encode(eventID ?? ""))")]
        if isMinimal { fields.append(Field("Preference-Applied", "return=minimal")) }
        return fields
    }
}
