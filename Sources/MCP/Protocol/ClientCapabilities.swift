public import Core

/// What a client says that it can do for the server.
public struct ClientCapabilities: Sendable, Hashable {
    /// Shows a form to its user.
    public var elicitationForm = false
    /// Sends its user to a web page.
    public var elicitationURL = false
    /// Asks its model.
    public var sampling = false
    /// Names its folders.
    public var roots = false

    /// A client that can do nothing for the server.
    public init() {}

    /// Reads the `capabilities` of a handshake or the `clientCapabilities` of a request. What is not understood is not there.
    public init(_ json: JSON) {
        if let elicitation = json["elicitation"]?.objectValue {
            // An empty object is a form: URLs came later.
            elicitationForm = elicitation["form"]?.objectValue != nil || elicitation["url"] == nil
            elicitationURL = elicitation["url"]?.objectValue != nil
        }
        sampling = json["sampling"]?.objectValue != nil
        roots = json["roots"]?.objectValue != nil
    }

    /// The same as one small number, for a session's id.
    public var bits: UInt8 {
        (elicitationForm ? 1 : 0) | (elicitationURL ? 2 : 0) | (sampling ? 4 : 0) | (roots ? 8 : 0)
    }

    /// Undoes `bits`.
    public init(bits: UInt8) {
        elicitationForm = bits & 1 != 0
        elicitationURL = bits & 2 != 0
        sampling = bits & 4 != 0
        roots = bits & 8 != 0
    }
}
