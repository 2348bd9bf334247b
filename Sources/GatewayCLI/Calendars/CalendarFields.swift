import Core
package import Formats
import GatewayAPI

/// The fields of an event that have nothing to do with when it is, from the properties of a VEVENT.
package struct CalendarFields {
    private(set) var fields = JSONObject()
    /// Properties that say something and that no field of an event on Luma takes.
    private(set) var lost: Set<String> = []
    /// What a new event cannot have of one of our own exports: its price, its description.
    private(set) var losses: [String] = []

    /// Properties with a link to join, the surest first.
    private static let links = [
        "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "X-MICROSOFT-ONLINEMEETINGINFORMATION",
        "X-MICROSOFT-ONLINEMEETINGCONFLINK",
    ]
    /// What tells people something; all that is not here is bookkeeping of programs.
    private static let meaningful: Set<String> = [
        "ATTENDEE", "ORGANIZER", "ATTACH", "CATEGORIES", "COMMENT", "CONTACT", "RESOURCES", "RELATED-TO", "IMAGE",
        "COLOR",
        "PRIORITY", "URL", "GEO", "CONFERENCE", "STYLED-DESCRIPTION", "X-ALT-DESC", "REQUEST-STATUS",
    ]
    private static let maxLost = 64
    /// What programs write for a place where there is a link and no place: without accents, in the languages of Outlook.
    private static let online: Set<String> = [
        "microsoft teams meeting", "microsoft teams besprechung", "reunion microsoft teams",
        "reunion de microsoft teams",
        "microsoft teams", "skype meeting", "skype besprechung", "google meet", "zoom", "zoom meeting", "webex",
        "online",
    ]

    package init(_ event: ICSReader.Event) {
        if let summary = event["SUMMARY"]?.text { fields["name"] = .string(summary) }
        for property in event.properties where Self.meaningful.contains(property.name) && Self.says(property) {
            lost.insert(property.name)
        }
        for part in event.parts where lost.count < Self.maxLost { lost.insert(part) }
        if let exported = ExportedFields.read(event) {
            restore(exported, event)
        } else {
            addDescription(event)
            addPlace(event)
        }
        if fields["visibility"] == nil, let access = event["CLASS"]?.value.uppercased(),
            ["PRIVATE", "CONFIDENTIAL"].contains(access)
        {
            fields["visibility"] = "private"
        }
    }

    /// PRIORITY:0 is undefined (RFC 5545 §3.8.1.9), and 5 what Outlook writes for everything.
    private static func says(_ property: ICSProperty) -> Bool {
        !property.value.isEmpty && !(property.name == "PRIORITY" && ["0", "5"].contains(property.value))
    }

    // MARK: Our own exports

    /// Takes an event that was exported here, and what was changed of it in a calendar program since.
    private mutating func restore(_ exported: JSONObject, _ event: ICSReader.Event) {
        losses = ExportedFields.losses(exported)
        let link = exported["meeting_url"]?.stringValue
        let url = event["URL"]?.value
        lost.subtract(["URL", "GEO"])
        fields.members += ExportedFields.fields(exported).members
        if let place = event["GEO"].flatMap({ ICSEvent.Place($0.value) }) {
            fields["coordinate"] = Self.coordinate(place)
        }

        let location = event["LOCATION"]?.text ?? ""
        if let place = exported["geo_address_json"], location == ICSEvent.location(place) {
            fields["geo_address_json"] = JSONRows.place(place)
        } else if WebURL.isValid(location) {
            fields["meeting_url"] = .string(location)
        } else if !location.isEmpty {
            fields["geo_address_json"] = ["type": "manual", "address": .string(location)]
        }

        let text = event["DESCRIPTION"]?.text ?? ""
        let words = exported["description"]?.stringValue ?? ""
        if text == ICSEvent.description(words, link: link, url: url) {
            if let markdown = exported["description_md"], markdown != "" { fields["description_md"] = markdown }
        } else {
            // Somebody has written another; what stands below it was written by the export.
            var edited = text
            let addresses = ICSEvent.description("", link: link, url: url)
            if !addresses.isEmpty, edited.hasSuffix(addresses) { edited.removeLast(addresses.count) }
            while edited.last?.isWhitespace == true { edited.removeLast() }
            if !edited.isEmpty { fields["description_md"] = .string(edited) }
            losses.removeAll { $0 == "description" }
        }
    }

    private static func coordinate(_ place: ICSEvent.Place) -> JSON {
        [
            "latitude": JSONNumber(place.latitude).map { .number($0) } ?? .null,
            "longitude": JSONNumber(place.longitude).map { .number($0) } ?? .null,
        ]
    }

    // MARK: Description

    private mutating func addDescription(_ event: ICSReader.Event) {
        // Outlook writes a blank line for none.
        var plain = event["DESCRIPTION"]?.text ?? ""
        if plain.allSatisfy(\.isWhitespace) { plain = "" }
        var text = HTMLText.isHTML(plain) ? HTMLText.markdown(plain) : plain
        let styled = event.properties.filter { ["X-ALT-DESC", "STYLED-DESCRIPTION"].contains($0.name) }
        if !plain.isEmpty {
            // They say the same once more, for programs that show colours.
            lost.subtract(["X-ALT-DESC", "STYLED-DESCRIPTION"])
        } else if let html = styled.first(where: { HTMLText.isHTML($0.text) }) {
            text = HTMLText.markdown(html.text)
            lost.remove(html.name)
        }
        if !text.isEmpty { fields["description_md"] = .string(text) }
    }

    // MARK: Place

    private mutating func addPlace(_ event: ICSReader.Event) {
        var link = event.properties.filter { $0.name == "CONFERENCE" }.map(\.value).first(where: WebURL.isValid)
        if link != nil { lost.remove("CONFERENCE") }
        link = link ?? Self.links.lazy.compactMap { event[$0]?.text }.first(where: WebURL.isValid)
        // A place on the map is one.
        var hasPlace = event["GEO"].flatMap { ICSEvent.Place($0.value) } != nil
        if let place = event["LOCATION"]?.text, !place.isEmpty {
            if WebURL.isValid(place) {
                if !Self.isLumaPage(place) { link = link ?? place }
            } else if link == nil || !Self.online.contains(PlainText.words(place)) {
                fields["geo_address_json"] = ["type": "manual", "address": .string(place)]
                hasPlace = true
            }
        }
        if let place = event["GEO"].flatMap({ ICSEvent.Place($0.value) }) {
            fields["coordinate"] = Self.coordinate(place)
            lost.remove("GEO")
        }
        if let url = event["URL"]?.value {
            if Self.isLumaPage(url) || url == link {
                lost.remove("URL")
            } else if link == nil, !hasPlace, WebURL.isValid(url) {
                link = url
                lost.remove("URL")
            }
        }
        if let link { fields["meeting_url"] = .string(link) }
    }

    /// The page of an event on Luma is not where people meet.
    package static func isLumaPage(_ url: String) -> Bool {
        let host = url.split(separator: "/", maxSplits: 2).dropFirst().first?.lowercased() ?? ""
        return ["luma.com", "lu.ma"].contains { host == $0 || host.hasSuffix("." + $0) }
    }
}
