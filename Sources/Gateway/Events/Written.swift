import Core
import GatewayAPI
import HTTP

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
    /// It has changed the event, so whoever follows the event hears of it. False of a preview, of an update after which
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
