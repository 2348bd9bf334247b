package import Core
package import Formats
import LumaAPI

extension ICSEvent {
    /// Whom a calendar is for.
    package enum Audience {
        /// Who may read all of it.
        case trusted
        /// Whoever has an address: no meeting links, and no place that Luma shows to guests only.
        case anybody
    }

    /// An event or an entry of a list, as Luma has sent it; nil for one without an id or a start.
    ///
    /// Luma does not tell when an event was last changed, so its stamp is when it was created, and stays: the same event gives
    /// the same octets. A feed, which is read again and again, counts the changes itself.
    package init?(_ event: JSON, isPending: Bool = false, for audience: Audience = .trusted) {
        guard let id = event["id"]?.stringValue, let start = event.instant("start_at") else { return nil }
        let modified = event.instant("updated_at")
        let created = event.instant("created_at")
        let name = event["name"]?.stringValue ?? ""
        self.init(
            uid: id + "@luma.com", stamp: modified ?? created ?? start, start: start,
            summary: name.isEmpty ? "Event" : name)
        end = event.instant("end_at")
        status = isPending ? .tentative : .confirmed
        url = event["url"]?.stringValue
        isPrivate = event["visibility"]?.stringValue == "private"
        self.created = created
        self.modified = modified
        zone = event["timezone"]?.stringValue
        // What is not said to be for everybody is not: Luma may have words that are not known here. An event that is only
        // announced on Luma has none, and is public elsewhere.
        let visibility = event["location_visibility"]
        let isForAll = visibility?.stringValue == "public" || visibility == nil && event["platform"] == "external"
        let address = event["geo_address_json"]
        if !isForAll, audience == .anybody {
            location = address?["city_state"]?.stringValue ?? address?["city"]?.stringValue
        } else {
            location = Self.location(address)
            if let latitude = event["coordinate"]?["latitude"]?.doubleValue,
                let longitude = event["coordinate"]?["longitude"]?.doubleValue
            {
                place = Place(latitude: latitude, longitude: longitude)
            }
        }
        let link = audience == .trusted ? event["meeting_url"]?.stringValue : nil
        // Programs make a button of a link that stands where the event is.
        if location == nil { location = link }
        // Many programs show no URL but the one in the description.
        let words = audience == .trusted ? event["description"]?.stringValue : nil
        let text = Self.description(words ?? "", link: link, url: url)
        description = text.isEmpty ? nil : text
    }

    /// What is written of an event, and below it the addresses that it has.
    package static func description(_ words: String, link: String?, url: String?) -> String {
        [words, link.map { "Join: " + $0 } ?? "", url ?? ""].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    /// The name of the place and its address, where the one does not hold the other.
    package static func location(_ address: JSON?) -> String? {
        let name = address?["address"]?.stringValue ?? ""
        let full = address?["full_address"]?.stringValue ?? ""
        if name.isEmpty || full.contains(name) { return full.isEmpty ? nil : full }
        return full.isEmpty ? name : name + ", " + full
    }
}

extension ICSEvent {
    /// What is said of it, without when that was said first: the same for as long as nothing has changed.
    package var content: [UInt8] {
        var event = self
        event.stamp = Timestamp(milliseconds: 0)
        (event.modified, event.sequence) = (nil, nil)
        var writer = ICSWriter()
        writer.add(event)
        return writer.take()
    }
}

extension JSON {
    /// The member as an instant; nil for what is none.
    package func instant(_ name: String) -> Timestamp? { self[name]?.stringValue.flatMap(Timestamp.init(rfc3339:)) }
}

/// What an export says of an event beyond what its format has a word for, so that an import of it makes the same event.
///
/// In a calendar it is the property X-LUMA-FIELDS: an object with the members of Luma's event that a new event takes too, and with
/// those that say what a new event cannot have. Feeds do not have it.
package enum ExportedFields {
    /// Calendars say these by themselves, and a person may have changed them there.
    private static let said: Set<String> = ["name", "start_at", "end_at", "timezone", "coordinate", "slug"]
    private static let names: [String] =
        EventInput.members.filter { !said.contains($0) } + ["description", "require_approval", "display_price"]

    /// The members of an event or an entry of a list; nil for one that is only announced on Luma.
    package static func text(_ event: JSON) -> String? {
        guard event["platform"]?.stringValue != "external" else { return nil }
        var object = JSONObject()
        for name in names {
            if let value = event[name], !value.isNull { object[name] = value }
        }
        return String(decoding: JSON.object(object).encoded, as: UTF8.self)
    }

    /// Reads the property; nil for what is none of ours.
    package static func read(_ event: ICSReader.Event) -> JSONObject? {
        guard let text = event["X-LUMA-FIELDS"]?.text else { return nil }
        return (try? JSON.parse(Array(text.utf8), limits: JSONLimits(maxDepth: 32)))?.objectValue
    }

    /// The fields of a new event, without place and description, which depend on what the calendar says now.
    package static func fields(_ exported: JSONObject) -> JSONObject {
        var fields = JSONObject()
        let others: Set<String> = [
            "description", "description_md", "geo_address_json", "require_approval", "display_price",
        ]
        for (name, value) in exported.members where names.contains(name) && !others.contains(name) {
            fields[name] = value
        }
        if exported["require_approval"]?.boolValue == true { fields["require_rsvp_approval"] = true }
        return fields
    }

    /// What a new event does not have of the one that was exported.
    package static func losses(_ exported: JSONObject) -> [String] {
        (exported["display_price"] == nil ? [] : ["price"]) + (exported["description_md"] == nil ? ["description"] : [])
    }
}
