import Core

/// Where a list goes on. A client sees an opaque text and may only send it back.
enum Cursor {
    static func make(_ list: String, offset: Int) -> String { "\(list).\(String(offset, radix: 36))" }

    /// The offset in a list of `count` items.
    /// - Throws: -32602 for a text that this list has not given out.
    static func offset(_ params: JSONObject?, _ list: String, count: Int) throws(JSONRPCError) -> Int {
        guard let json = params?["cursor"], !json.isNull else { return 0 }
        guard let text = json.stringValue, text.hasPrefix(list + "."),
            let offset = Int(text.dropFirst(list.count + 1), radix: 36), (1..<max(count, 1)).contains(offset),
            make(list, offset: offset) == text
        else { throw .invalidParams("Invalid params: this cursor was not given out for this list") }
        return offset
    }
}
