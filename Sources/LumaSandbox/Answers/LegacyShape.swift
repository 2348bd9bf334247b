import Core
import LumaAPI

/// Brings requests and answers of legacy paths to the current shape and back, by what the rows say.
enum LegacyShape {
    /// The member with its current name; when both names are given, the current one wins.
    static func currentNames(_ object: JSONObject, _ legacy: Operation.Legacy) -> JSONObject {
        var members = object.members
        for (old, new) in legacy.inputNames.sorted(by: { $0.key < $1.key }) {
            guard let position = members.firstIndex(where: { $0.name == old }) else { continue }
            if members.contains(where: { $0.name == new }) {
                members.remove(at: position)
            } else {
                members[position].name = new
            }
        }
        return JSONObject(members)
    }

    static func answer(_ answer: JSON, _ legacy: Operation.Legacy) -> JSON {
        guard case .object(let object) = twinned(answer) else { return answer }
        var members = object.members
        for index in members.indices {
            if let copy = legacy.entryCopy, members[index].name == "entries" {
                let entries = members[index].value.arrayValue ?? []
                members[index].value = .array(entries.map { $0.adding([(copy, $0)]) })
            }
            members[index].name = legacy.renamedAnswer[members[index].name] ?? members[index].name
        }
        guard let wrapper = legacy.wrapper else { return .object(JSONObject(members)) }
        let beside = members.filter { legacy.besideWrapper.contains($0.name) }
        let inside = members.filter { !legacy.besideWrapper.contains($0.name) }
        return .object(JSONObject([(wrapper, .object(JSONObject(inside)))] + beside))
    }

    /// What hosts and guests wrote is theirs: its members are not Luma's ids.
    private static let opaque: Set<String> = ["registration_questions", "geo_address_json", "feedback_email"]

    /// Repeats ids under their older names, at every depth, and a location's degrees as text.
    private static func twinned(_ value: JSON) -> JSON {
        switch value {
        case .array(let items): return .array(items.map(twinned))
        case .object(let object):
            let members = object.members.map { member in
                (name: member.name, value: opaque.contains(member.name) ? member.value : twinned(member.value))
            }
            var twins = members.compactMap { name, value in
                Operation.Legacy.twins[name].map { (name: $0, value: value) }
            }.filter { object[$0.name] == nil }
            if object["platform"] != nil, let coordinate = object["coordinate"] {
                for axis in ["latitude", "longitude"] {
                    twins.append(("geo_\(axis)", coordinate[axis].map { .string($0.numberText) } ?? nil))
                }
            }
            return .object(JSONObject(members + twins))
        default: return value
        }
    }
}

extension JSON {
    fileprivate var numberText: String { if case .number(let number) = self { number.text } else { "" } }

    fileprivate func adding(_ extra: [(name: String, value: JSON)]) -> JSON {
        .object(JSONObject((objectValue?.members ?? []) + extra))
    }
}
