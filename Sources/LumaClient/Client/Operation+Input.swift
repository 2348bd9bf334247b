import Core
import LumaAPI

/// The input of a write in its forms: as it is given, as it is sent, and as a journal keeps it.
extension Operation {
    /// The id of what it changes; nil when it makes something new.
    func subjectID(in input: JSONObject) -> String? { subject?.member.flatMap { input[$0]?.stringValue } }

    /// What is sent of it.
    func sent(_ input: JSONObject) -> JSONObject {
        let besides = self.besides
        return JSONObject(input.members.filter { !besides.contains($0.name) })
    }

    /// What is kept of it beside the subject.
    func kept(_ input: JSONObject) -> JSONObject {
        JSONObject(input.members.filter { $0.name != subject?.member && !secretInput.contains($0.name) })
    }

    /// The input of a write that was kept, without its secrets.
    func restored(subject id: String?, kept body: JSONObject) -> JSONObject {
        guard let id, let member = subject?.member else { return body }
        var input = body
        input[member] = .string(id)
        return input
    }
}

extension JSONObject {
    /// The value at names between dots, such as `discount.percent_off`.
    func value(at path: String) -> JSON? {
        var value: JSON? = JSON.object(self)
        for name in path.split(separator: ".") { value = value?[String(name)] }
        return value
    }
}
