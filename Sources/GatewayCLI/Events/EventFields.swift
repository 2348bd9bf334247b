package import Core
import Settings

/// The fields of an event that have an option of their own; any other comes with `--from`.
package enum EventFields {
    package enum Kind: Sendable {
        case text, number, boolean
        /// A place that is written as its address.
        case address
    }

    package struct Row: Sendable {
        package let option: OptionRow
        package let field: String
        package let kind: Kind
    }

    package static let table: [Row] = [
        row("--description", "description_md", .text, "TEXT", "What it is about, in Markdown."),
        row("--meeting-url", "meeting_url", .text, "URL", "Where it is held online."),
        row("--address", "geo_address_json", .address, "ADDRESS", "Where it is held."),
        row("--capacity", "max_capacity", .number, "NUMBER", "How many may come."),
        row("--visibility", "visibility", ["public", "members-only", "private"], "Who may see it."),
        row("--require-approval", "require_rsvp_approval", .boolean, "", "Registrations need approval."),
        row("--waitlist", "waitlist_status", ["enabled", "disabled"], "Whether there is a waitlist."),
        row("--guest-list", "show_guest_list", .boolean, "", "Approved guests see who else comes."),
        row("--slug", "slug", .text, "NAME", "The last part of its address."),
        row("--cover-url", "cover_url", .text, "URL", "Its picture, on Luma's image host."),
        row("--color", "tint_color", .text, "COLOR", "Its colour, such as #bb2dc7."),
    ]

    package static let options = table.map(\.option)

    private static func row(
        _ name: String, _ field: String, _ kind: Kind, _ placeholder: String, _ help: String
    ) -> Row {
        var value = OptionRow.Value.free
        if case .boolean = kind { value = .yes(["true", "false"]) }
        return Row(option: OptionRow(name, value, placeholder, help), field: field, kind: kind)
    }

    private static func row(_ name: String, _ field: String, _ words: [String], _ help: String) -> Row {
        Row(option: OptionRow(name, .words(words), "WORD", help), field: field, kind: .text)
    }

    /// The option that sets a field, or a part of it.
    package static func option(of field: String) -> String? {
        let head = String(field.prefix { $0 != "." && $0 != "[" })
        switch head {
        case "name": return EventsOptions.name.name
        case "start_at": return EventsOptions.start.name
        case "end_at": return EventsOptions.end.name
        case "timezone": return EventsOptions.zone.name
        case "template_type": return EventsOptions.template.name
        default: return table.first { $0.field == head }?.option.name
        }
    }

    /// The value of a field as it is written on the command line. Text that does not fit stays text, so that the gateway's
    /// own check says what belongs there.
    package static func value(_ text: String, _ kind: Kind) -> JSON {
        switch kind {
        case .text: .string(text)
        case .number: Int(text).map { .number(JSONNumber($0)) } ?? .string(text)
        case .boolean:
            if case .boolean(let value)? = SettingKind.boolean.parse(text) { .bool(value) } else { .string(text) }
        case .address: ["type": "manual", "address": .string(text)]
        }
    }
}
