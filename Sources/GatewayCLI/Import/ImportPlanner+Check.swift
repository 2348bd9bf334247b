import Core
import Crypto
package import Formats
import GatewayAPI

/// The check of each row, by the code that serves `POST /events/`.
extension ImportPlanner {
    private static let maxProblemsOfARow = 10

    /// Notes a row that cannot be read; a fatal problem makes the whole file unusable and counts as no row.
    package mutating func refuse(_ problem: ReadProblem, _ place: ImportPlace? = nil) {
        if problem.isFatal { plan.isUnusable = true } else { number += 1 }
        plan.problems.append(
            ImportPlan.Problem(
                row: problem.isFatal ? nil : number, place: place ?? ImportPlace(line: problem.line), name: "",
                text: problem.text))
    }

    /// Reads a row and checks it; what `row` throws is noted as its problem.
    package mutating func accept(_ place: ImportPlace, _ row: () throws(ReadProblem) -> ImportedRow) {
        do throws(ReadProblem) {
            check(place, try row())
        } catch {
            refuse(error, place)
        }
    }

    private mutating func check(_ place: ImportPlace, _ row: ImportedRow) {
        number += 1
        let event = ended(completed(row.event), after: row.length)
        let name = event["name"]?.stringValue ?? ""
        if let reason = row.passedOver {
            plan.passedOver.append(ImportPlan.PassedOver(row: number, place: place, name: name, reason: reason))
            return
        }
        let usesTemplate = event["template_type"] != nil
        let document = JSON.object(event)
        let setting = EventInput.Setting(zones: zones, now: settings.now, surface: .importFile)
        let outcome =
            usesTemplate
            ? templates.expand(document, setting) : EventInput.parse(document, mode: .create, setting)
        guard case .accepted(let accepted) = outcome, row.problems.isEmpty else {
            plan.problems += problems(of: row, outcome).map { field, text, value in
                ImportPlan.Problem(
                    row: number, place: place, name: name, text: field.isEmpty ? text : "\(field) \(text)", value: value
                )
            }
            return
        }
        let path = usesTemplate ? "/templates/create" : "/events/"
        guard let content = content(row.keyed.map(completed) ?? event, path), let meaning = Self.meaning(accepted),
            let key = key(row.identities.first, content)
        else {
            return refuse(ReadProblem(line: place.line, "cannot be digested: OpenSSL fails", isFatal: true))
        }
        let planned = ImportPlan.Row(
            number: number, place: place, name: name, path: path, body: document.encoded, key: key,
            said: key == content ? nil : content, identity: row.identities.first,
            aliases: Array(row.identities.dropFirst()), series: row.series)
        if let first = seen[meaning], !settings.allowsDuplicates {
            plan.duplicates.append(
                ImportPlan.Duplicate(row: planned, first: first.number, firstPlace: first.place))
            return
        }
        seen[meaning] = seen[meaning] ?? (number, place)
        for what in row.lost { plan.lose(what, place) }
        plan.rows.append(planned)
        // What is unusual is reported wherever it stands.
        for remark in accepted.remarks { plan.remark(remark.sentence, place) }
        if plan.previews.count < ImportPreview.rows { plan.previews.append(ImportPreview.line(accepted, place)) }
    }

    /// With what holds for rows that say nothing of it.
    private func completed(_ event: JSONObject) -> JSONObject {
        var event = event
        for name in ["start_at", "end_at"] {
            if let text = event[name]?.stringValue { event[name] = .string(TableTimes.withT(text)) }
        }
        if event["timezone"] == nil, let zone = settings.zone { event["timezone"] = .string(zone) }
        if event["template_type"] == nil, let template = settings.template {
            event["template_type"] = .string(template)
        }
        return event
    }

    /// With the end that a length gives: so much time passes, whatever the clocks do meanwhile.
    private func ended(_ event: JSONObject, after seconds: Int?) -> JSONObject {
        guard let seconds, event["end_at"] == nil, let start = event["start_at"]?.stringValue else { return event }
        let length = Int64(seconds) * 1000
        var event = event
        if let instant = Timestamp(rfc3339: start) {
            event["end_at"] = .string(instant.advanced(milliseconds: length).rfc3339)
        } else if let local = LocalDateTime(start) {
            var end = LocalDateTime(milliseconds: local.milliseconds + length)
            if let zone = event["timezone"]?.stringValue, let rules = try? zones.rules(for: zone) {
                let instant = rules.first(local).advanced(milliseconds: length)
                end = rules.local(at: instant)
                // Of a time that the clocks show twice only the instant says which is meant.
                guard case .unique = rules.resolve(end) else {
                    event["end_at"] = .string(instant.rfc3339)
                    return event
                }
            }
            event["end_at"] = .string(TableTimes.shown(end))
        }
        return event
    }

    /// What is wrong with the cells of a row, and what the check finds besides: nothing that follows from those cells.
    private func problems(
        of row: ImportedRow, _ outcome: EventInput.Outcome
    ) -> [(field: String, text: String, value: String?)] {
        var problems = row.problems.map { ($0.field, $0.text, String?.some($0.value)) }
        var known = Set(row.problems.map(\.field))
        if known.contains("start_at") { known.insert("end_at") }
        switch outcome {
        case .accepted: break
        case .invalid(let found):
            // What one row may say is bounded, or a file of nonsense would fill the memory.
            for problem in found.prefix(Self.maxProblemsOfARow) where !known.contains(problem.field) {
                problems.append((problem.field, problem.problem, nil))
            }
        case .needsEvent, .unchanged, .emptyUpdate: preconditionFailure("these outcomes belong to updates")
        }
        return problems
    }

    /// The key of a row, which is its own in every run. One of an identity is the same whatever the row says and whichever file
    /// has it, so that the gateway itself makes no second event of it.
    private func key(_ identity: String?, _ content: String) -> String? {
        guard let identity else { return content }
        return Fingerprint.exact(["uid": .string(identity)], "import uid", principal: settings.name).map {
            "import-" + Hex.encode(Array($0.prefix(20)))
        }
    }

    /// Of what is sent, of how many times the file had it before, and of the import's name.
    private mutating func content(_ event: JSONObject, _ path: String) -> String? {
        guard let content = Fingerprint.exact(event, "import \(path)", principal: settings.name) else { return nil }
        let occurrence = (occurrences[content] ?? 0) + 1
        occurrences[content] = occurrence
        return "import-" + Hex.encode(Array(content.prefix(20))) + (occurrence > 1 ? "-\(occurrence)" : "")
    }

    /// Equal for rows that make the same event, however they are written.
    private static func meaning(_ event: EventInput.Accepted) -> [UInt8]? {
        Fingerprint.of(event.body, "event \(event.approval.map { "\($0)" } ?? "")", principal: "")
    }
}
