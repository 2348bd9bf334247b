import Core

/// Where a list goes on. A client sees an opaque text and may only send it back; it is sealed for its list and for who
/// was given it, because a list depends on what its reader may see.
struct Cursor {
    let list: String
    let principal: String
    let seal: any StateSeal

    private func payload(_ offset: Int) -> JSON {
        ["cursor", .string(list), .string(principal), .number(JSONNumber(offset))]
    }

    func text(_ offset: Int) -> String { seal.seal(payload(offset).encoded) }

    /// The offset in a list of `count` items.
    /// - Throws: -32602 for a text that this list has not given out.
    func offset(_ params: JSONObject?, count: Int) throws(JSONRPCError) -> Int {
        guard let json = params?["cursor"], !json.isNull else { return 0 }
        guard let bytes = json.stringValue.flatMap(seal.open), let items = (try? JSON.parse(bytes))?.arrayValue,
            items.count == 4, let offset = items[3].intValue, payload(offset) == .array(items)
        else { throw .invalidParams("Invalid params: this cursor was not given out for this list") }
        // The list may have become shorter meanwhile.
        return min(offset, count)
    }
}
