package import Core

/// Reads the time of an event: with an offset it is an instant by itself, without one a zone must make it so.
package enum EventTime {
    /// What is known of the event's zone.
    package enum Zone {
        case rules(String, TimeZoneRules)
        /// The client names one that cannot be used, which is a problem of its own.
        case refused
        /// The event has this one, which this system does not know.
        case unusable(String)
        /// Nobody has named it.
        case missing
    }

    /// What a value is as a time.
    package enum Reading: Equatable {
        case instant(Timestamp)
        case needsZone
        /// It hangs on a zone that is wrong: there is nothing to say but that.
        case dependent
        /// With the times that may be meant, if there are such.
        case invalid(FieldFault, candidates: [String] = [])
    }

    package static let expectation =
        "a date and time such as 2027-05-01T18:00:00Z or 2027-05-01T18:00+02:00, or a local time in the event's "
        + "timezone, such as 2027-05-01T18:00"

    /// A blank between date and time is taken for the `T`.
    package static func read(_ text: String, _ zone: Zone) -> Reading {
        let text = LocalDateTime.withT(text.trimmingBlanks)
        if let instant = Timestamp(rfc3339: text) { return .instant(instant) }
        guard let local = LocalDateTime(text) else { return .invalid(.noTime(TimeFault(in: text))) }
        switch zone {
        case .missing: return .needsZone
        case .refused: return .dependent
        case .unusable(let name): return .invalid(.zoneUnusable(zone: name))
        case .rules(let name, let rules):
            switch rules.resolve(local) {
            case .unique(let instant): return instant.isWritable ? .instant(instant) : .invalid(.noTime(.year))
            case .gap(let before, let after):
                return .invalid(.skippedTime(zone: name), candidates: [after, before].map { shown($0, rules) })
            case .overlap(let earlier, let later):
                return .invalid(.doubledTime(zone: name), candidates: [earlier, later].map { shown($0, rules) })
            }
        }
    }

    /// As a clock in the zone shows it, with the offset.
    package static func shown(_ instant: Timestamp, _ rules: TimeZoneRules) -> String {
        instant.rfc3339(offsetMinutes: rules.offset(at: instant).secondsEast / 60)
    }
}

/// Where an event is, however a client writes it.
package enum EventPlace {
    /// The form that Luma takes: a text is an address, and so is an object with an address and no `type`; a place as an answer
    /// shows it keeps its id on the map. Anything else stays as it is, for the check to say what is wrong.
    package static func input(_ value: JSON) -> JSON {
        if let text = value.stringValue {
            let text = text.trimmingBlanks
            // In a table or on a command line a place may be written as its JSON.
            if text.hasPrefix("{"), let object = try? JSON.parse(text, limits: JSONLimits(maxDepth: 8)) {
                return object
            }
            return text.isEmpty ? value : ["type": "manual", "address": .string(text)]
        }
        guard let object = value.objectValue, object["type"] == nil else { return value }
        let isAnswer = object["full_address"] != nil || object["google_maps_place_id"] != nil
        if isAnswer, let id = object["google_maps_place_id"]?.stringValue, !id.isEmpty {
            var place: JSONObject = ["type": "google", "place_id": .string(id)]
            if let note = object["description"]?.stringValue, !note.isEmpty { place["description"] = .string(note) }
            return .object(place)
        }
        let address = isAnswer ? object["full_address"]?.stringValue ?? object["address"]?.stringValue : nil
        if let address { return ["type": "manual", "address": .string(address)] }
        guard object.members.count == 1, let address = object["address"]?.stringValue else { return value }
        return ["type": "manual", "address": .string(address)]
    }
}

/// What may be given as the link to a meeting: an absolute http or https URL (RFC 9110 §4.2).
package enum WebURL {
    /// `http://` or `https://`, then a host and perhaps a port; no space, no control character and no user information.
    /// A host outside of ASCII is left to Luma.
    package static func isValid(_ text: String) -> Bool {
        guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && !(0x7f...0xa0).contains($0.value) }) else {
            return false
        }
        let scheme = text.utf8.prefix { $0 != UInt8(ascii: ":") }
        let rest = text.utf8.dropFirst(scheme.count)
        // Lower case of a megabyte takes its time, and no scheme that counts is longer.
        guard scheme.count <= 5, ["http", "https"].contains(Substring(scheme).lowercased()),
            rest.starts(with: "://".utf8)
        else {
            return false
        }
        return isAuthority(
            rest.dropFirst(3).prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
    }

    private static func isAuthority(_ text: Substring.UTF8View) -> Bool {
        guard !text.contains(UInt8(ascii: "@")), !text.contains(UInt8(ascii: "\\")) else { return false }
        var host = text.prefix { $0 != UInt8(ascii: ":") }
        if text.first == UInt8(ascii: "["), let end = text.firstIndex(of: UInt8(ascii: "]")) { host = text[...end] }
        let rest = text[host.endIndex...]
        return isHost(host) && (rest.isEmpty || rest.first == UInt8(ascii: ":") && isPort(rest.dropFirst()))
    }

    private static func isHost(_ text: Substring.UTF8View) -> Bool {
        guard text.allSatisfy({ $0 < 0x80 }) else { return true }
        // The dot of the root may end a name.
        return HostName(String(Substring(text.last == UInt8(ascii: ".") ? text.dropLast() : text))) != nil
    }

    private static func isPort(_ text: Substring.UTF8View) -> Bool {
        guard text.count <= 5, text.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return false }
        return text.isEmpty || UInt16(Substring(text)) != nil
    }
}
