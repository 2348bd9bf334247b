public import Core
import LumaAPI

/// A template that a user wrote as a JSON file:
///
///     {
///       "type": "hack_night", "name": "Hack Night", "default_duration_hours": 3.5,
///       "description": "Bring your laptop.", "require_rsvp_approval": false, "is_virtual": false,
///       "event": {"visibility": "private", "max_capacity": 40}
///     }
///
/// `type`, `name` and `default_duration_hours` are required. `event` holds fields of an event but for its name, times
/// and zone, which come with each event. Everything else is refused, so that a misspelt member cannot go unnoticed.
public enum TemplateFile {
    /// The longest event that a template may make: a year.
    package static let maxHours = 8784.0

    /// - Returns: the template, or all that is wrong with the file.
    public static func parse(_ text: String, zones: TimeZoneDatabase) -> Result<Template, TemplateFileError> {
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(text, limits: JSONLimits(maxDepth: 16, maxBytes: 256 << 10))
        } catch {
            let name = error.name.map { " \"\(APIError.shortened($0))\"" } ?? ""
            return .failure(
                TemplateFileError(["is not valid JSON: \(error.kind.words)\(name) at byte \(error.offset)"]))
        }
        guard let object = json.objectValue else {
            return .failure(TemplateFileError(["must hold a JSON object"]))
        }
        var reader = Reader(object: object)
        let template = reader.template(zones)
        if let template, reader.problems.isEmpty { return .success(template) }
        return .failure(TemplateFileError(reader.problems))
    }

    /// Fields that come with each event and so cannot be a default.
    private static let ofEachEvent = ["name", "start_at", "end_at", "timezone", "require_rsvp_approval"]

    private struct Reader {
        let object: JSONObject
        var problems: [String] = []

        init(object: JSONObject) { self.object = object }

        private static let known = [
            "type", "name", "description", "default_duration_hours", "require_rsvp_approval", "is_virtual", "event",
        ]

        mutating func template(_ zones: TimeZoneDatabase) -> Template? {
            for (name, _) in object.members where !Self.known.contains(name) {
                let hint = NearestName.hint(for: name, among: Self.known)
                problems.append("\(APIError.shortened(name)) is not known\(hint)")
            }
            let type = text("type", required: true, 1...64)
            if let type, !Self.isType(type) {
                problems.append("type must be lower-case letters, digits, - and _, and not \"create\"")
            }
            let name = text("name", required: true, 1...200)
            let description = text("description", required: false, 0...2000) ?? ""
            let hours = hours()
            let approval = boolean("require_rsvp_approval")
            let isVirtual = boolean("is_virtual")
            let defaults = eventDefaults(zones)
            guard let type, let name, let hours else { return nil }
            return Template(
                type, name, description, hours: hours, approval: approval, virtual: isVirtual, eventDefaults: defaults)
        }

        /// `create` is taken: `POST /templates/create`.
        private static func isType(_ type: String) -> Bool {
            type != "create"
                && type.utf8.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "_"): true
                    default: false
                    }
                }
        }

        private mutating func text(_ name: String, required: Bool, _ length: ClosedRange<Int>) -> String? {
            guard let value = object[name] else {
                if required { problems.append("\(name) is required") }
                return nil
            }
            guard let text = value.stringValue, length.contains(text.count) else {
                problems.append("\(name) must be a string of \(length.lowerBound) to \(length.upperBound) characters")
                return nil
            }
            return text
        }

        private mutating func boolean(_ name: String) -> Bool {
            guard let value = object[name] else { return false }
            if let flag = value.boolValue { return flag }
            problems.append("\(name) must be true or false")
            return false
        }

        private mutating func hours() -> JSONNumber? {
            guard let value = object["default_duration_hours"] else {
                problems.append("default_duration_hours is required")
                return nil
            }
            guard case .number(let number) = value, let hours = Double(number.text), hours * 3_600_000 >= 1,
                hours <= TemplateFile.maxHours
            else {
                problems.append("default_duration_hours must be a number above 0 and at most 8784")
                return nil
            }
            return number
        }

        private mutating func eventDefaults(_ zones: TimeZoneDatabase) -> JSONObject {
            guard let value = object["event"] else { return JSONObject() }
            guard let defaults = value.objectValue else {
                problems.append("event must be an object")
                return JSONObject()
            }
            for name in TemplateFile.ofEachEvent where defaults[name] != nil {
                problems.append(
                    name == "require_rsvp_approval"
                        ? "event.\(name) stands beside event, not in it" : "event.\(name) comes with each event")
            }
            var check = EventCheck(mode: .create, EventInput.Setting(zones: zones))
            let rest = defaults.members.filter { !TemplateFile.ofEachEvent.contains($0.name) }
            check.run(JSONObject(rest))
            for problem in check.problems where !TemplateFile.ofEachEvent.contains(problem.field) {
                problems.append("event.\(problem.field) \(problem.problem)")
            }
            return check.accepted.body
        }
    }
}

/// What is wrong with one template file; without its name, which the one who read it knows.
public struct TemplateFileError: Error, Sendable, Equatable, CustomStringConvertible {
    public let problems: [String]

    package init(_ problems: [String]) { self.problems = problems }

    public var description: String { problems.joined(separator: "; ") }
}
