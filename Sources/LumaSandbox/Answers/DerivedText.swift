import Core

/// Plain text from Markdown, as far as an emulator needs it: marks go, words stay. One pass over the bytes.
enum PlainText {
    static func of(markdown: String) -> String {
        let lines = Array(markdown.utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var output: [UInt8] = []
        for (index, line) in lines.enumerated() {
            if index > 0 { output.append(UInt8(ascii: "\n")) }
            appendWords(of: withoutMark(line), to: &output)
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// The line without the `#` of a heading or the `>` of a quotation.
    private static func withoutMark(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let text = line.drop { $0 == UInt8(ascii: " ") }
        let rest = text.drop { $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: ">") }
        return rest.count < text.count && rest.first == UInt8(ascii: " ") ? rest.dropFirst() : line
    }

    /// `[text](address)` becomes `text`; `*` and `` ` `` go. The ends found are kept, so that no byte is searched twice.
    private static func appendWords(of line: ArraySlice<UInt8>, to output: inout [UInt8]) {
        var position = line.startIndex
        var close = line.startIndex
        var end = line.startIndex
        func next(_ byte: Unicode.Scalar, from start: Int) -> Int {
            line[min(start, line.endIndex)...].firstIndex(of: UInt8(ascii: byte)) ?? line.endIndex
        }
        while position < line.endIndex {
            switch line[position] {
            case UInt8(ascii: "*"), UInt8(ascii: "`"): break
            case UInt8(ascii: "["):
                if close <= position { close = next("]", from: position + 1) }
                if close + 1 < line.endIndex, line[close + 1] == UInt8(ascii: "(") {
                    if end < close + 2 { end = next(")", from: close + 2) }
                    if end < line.endIndex {
                        output.append(contentsOf: line[(position + 1)..<close])
                        position = end
                        break
                    }
                }
                output.append(line[position])
            default: output.append(line[position])
            }
            position += 1
        }
    }
}

/// A length of time with all its parts, as Luma writes it: `P0Y0M0DT1H30M0S`.
enum DurationText {
    static func of(seconds: Int) -> String {
        let time = "\(seconds / 3600 % 24)H\(seconds / 60 % 60)M\(seconds % 60)S"
        return "P0Y0M\(seconds / 86_400)DT\(time)"
    }
}

/// Where an event takes place, as Luma classifies it.
enum LocationType {
    private static let platforms: [(host: String, type: String)] = [
        ("zoom.us", "zoom"), ("meet.google.com", "meet"), ("discord.com", "discord"), ("discord.gg", "discord"),
        ("twitch.tv", "twitch"), ("twitter.com", "twitter"), ("x.com", "twitter"), ("youtube.com", "youtube"),
        ("youtu.be", "youtube"),
    ]

    static func of(_ event: EventRecord) -> String {
        if event.settings["geo_address_json"] != nil || event.settings["coordinate"] != nil { return "offline" }
        guard let url = event.settings["meeting_url"]?.stringValue, !url.isEmpty else { return "missing" }
        let afterScheme = url.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2).first ?? ""
        let host = afterScheme.split(separator: ":").first.map { $0.lowercased() } ?? ""
        return platforms.first { host == $0.host || host.hasSuffix("." + $0.host) }?.type ?? "unknown"
    }
}
