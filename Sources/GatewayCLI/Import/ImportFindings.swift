import Core
package import GatewayAPI

/// What was found in a file, before anything is sent, for a person: one line for one cause.
package struct ImportFindings {
    /// Most causes, and most rows that say the same, that are printed.
    private static let maxShown = 50

    private let plan: ImportPlan
    private let options: ImportOptions
    private let standing: ImportStanding?

    /// - Parameter standing: what earlier imports have done of a plan that is only looked at.
    package init(_ plan: ImportPlan, _ options: ImportOptions, _ standing: ImportStanding? = nil) {
        (self.plan, self.options, self.standing) = (plan, options, standing)
    }

    package var lines: [String] {
        var lines: [String] = []
        if let readAs = plan.readAs { lines.append("read as \(readAs)") }
        lines += problems + notes + passedOver
        if !plan.isUnusable, options.isDryRun {
            lines += plan.previews
            let more = plan.rows.count - plan.previews.count
            if more > 0 { lines.append("and \(more) more") }
            lines += standing?.preview ?? []
        }
        lines += plan.remarks.prefix(Self.maxShown).map {
            "\(ImportPlace.list($0.places)): \(CommandFailure.line($0.what))"
        }
        if plan.remarks.count > Self.maxShown {
            lines.append("and " + Plural.count(plan.remarks.count - Self.maxShown, "more remark"))
        }
        if !plan.leftOut.isEmpty {
            lines.append("Left out: \(CommandFailure.line(plan.leftOut.joined(separator: ", ")))")
        }
        lines += duplicates
        if !plan.isUnusable { lines += losses }
        let valid = plan.rows.count + plan.duplicates.count
        let others = plan.passedOver.isEmpty ? "" : ", \(plan.passedOver.count) passed over"
        lines.append(
            "\(Plural.count(plan.count, "row")) read, \(valid) valid, \(plan.invalid) not valid\(others)\(earlier)")
        return lines
    }

    /// How many rows an import would not send, by what is known of them.
    private var earlier: String {
        guard let counts = standing?.counts else { return "" }
        let known = [
            (counts.existing, "already made"), (counts.failed, "changed since they were made"),
            (counts.unknown, "unknown"),
        ]
        return known.filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }.joined()
    }

    /// Rows with the same fault, in the order in which the faults came.
    private struct Cause {
        let text: String
        let name: String
        let value: String?
        var places: [ImportPlace]
    }

    private var problems: [String] {
        var causes: [Cause] = []
        var known: [String: Int] = [:]
        for problem in plan.problems {
            if let index = known[problem.text] {
                causes[index].places.append(problem.place)
            } else {
                known[problem.text] = causes.count
                causes.append(
                    Cause(text: problem.text, name: problem.name, value: problem.value, places: [problem.place]))
            }
        }
        var lines = causes.prefix(Self.maxShown).map { cause in
            // Of several rows the name of the first says little, and some causes say it themselves.
            let isOne = cause.places.count == 1 && !cause.text.contains("\"\(cause.name)\"")
            let name =
                isOne && !cause.name.isEmpty ? "\"\(Neutral.line(APIError.shortened(cause.name, to: 60)))\": " : ""
            let value = cause.value.map { ", not \"\(APIError.shortened($0, to: 60))\"" } ?? ""
            return "\(ImportPlace.list(cause.places)): \(name)\(CommandFailure.line(cause.text + value))"
        }
        if causes.count > Self.maxShown {
            lines.append("and " + Plural.count(causes.count - Self.maxShown, "more problem"))
        }
        return lines
    }

    /// What was used where the file does not say all.
    private var notes: [String] {
        var lines = plan.notes.prefix(Self.maxShown).map { note in
            (note.line > 0 ? "line \(note.line): " : "") + CommandFailure.line(note.text)
        }
        if plan.notes.count > Self.maxShown {
            lines.append("and \(plan.notes.count - Self.maxShown) more such lines")
        }
        return lines
    }

    private var passedOver: [String] {
        var lines = plan.passedOver.prefix(Self.maxShown).map { row in
            let name = row.name.isEmpty ? "the event" : "\"\(Neutral.line(APIError.shortened(row.name, to: 60)))\""
            return "\(row.place.text): \(name) is skipped: it \(CommandFailure.line(row.reason))"
        }
        if plan.passedOver.count > Self.maxShown {
            lines.append("and \(plan.passedOver.count - Self.maxShown) more that are skipped")
        }
        return lines
    }

    private var duplicates: [String] {
        var lines = plan.duplicates.prefix(Self.maxShown).map { duplicate in
            "\(duplicate.row.place.text): says the same as \(duplicate.firstPlace.text) and is not sent "
                + "(--allow-duplicates makes an event of it)"
        }
        if plan.duplicates.count > Self.maxShown {
            lines.append("and \(plan.duplicates.count - Self.maxShown) more such rows")
        }
        return lines
    }

    private var losses: [String] {
        var lines = plan.losses.map { "Lost: the \($0.what) of \(ImportPlace.list($0.places))" }
        if !lines.isEmpty, !options.allowsLoss {
            lines.append(
                "The file does not contain this, or an import does not set it: the new events would lack it. "
                    + "Use --allow-loss to import anyway, and set it by hand.")
        }
        return lines
    }
}

/// A row as it was understood, drawn from what is sent: name, local time with its weekday, zone, length and place.
package enum ImportPreview {
    /// Rows that are shown.
    package static let rows = 5

    /// One event as a dry run shows it: when, how long, where, and what else is set.
    package static func line(_ event: EventInput.Accepted, _ place: ImportPlace) -> String {
        let view = EventView(.object(event.body))
        let zone = event.body["timezone"]?.stringValue.map { " " + Neutral.line($0) } ?? ""
        let parts = [
            view.start + zone, view.length ?? "no end", view.place ?? "no place",
            event.body["max_capacity"]?.wholeValue.map { "at most \($0)" },
            event.approval == true ? "on approval" : nil,
        ]
        return "\(place.text): \(CommandFailure.line(view.name)): "
            + parts.compactMap(\.self).map(CommandFailure.line).joined(separator: ", ")
    }
}
