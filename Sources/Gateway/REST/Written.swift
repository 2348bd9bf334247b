import HTTP

/// What a request that may change something has come to.
struct Written {
    let response: Response
    /// The id of the event that it is about; nil for a preview of one that does not exist.
    let eventID: String?
    /// It has changed the event, so whoever follows the event hears of it. False of a preview, of an update after which
    /// everything is as it was, and of an answer that relies on what an earlier attempt did.
    let isChange: Bool

    static func unchanged(_ response: Response, _ eventID: String? = nil) -> Written {
        Written(response: response, eventID: eventID, isChange: false)
    }
}
