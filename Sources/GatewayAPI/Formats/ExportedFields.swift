package import Core
package import Formats
import LumaAPI

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
