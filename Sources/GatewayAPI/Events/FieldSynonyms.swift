import Core
import LumaAPI

/// Names that people, programs and models give the fields of an event: by meaning first, spelling comes second.
package enum FieldSynonyms {
    /// The field that was probably meant; nil rather than a wrong one.
    package static func suggest(for name: String, among fields: [String]) -> String? {
        if let field = table[key(name)], fields.contains(field) { return field }
        return NearestName.suggest(for: name, among: fields)
    }

    /// `Event Title`, `eventTitle` and `event_title` are one name.
    private static func key(_ name: String) -> String {
        let plain = PlainText.words(String(name.prefix(64))).filter { $0 != " " }
        return plain.hasPrefix("event") && plain != "event" ? String(plain.dropFirst(5)) : plain
    }

    /// By field.
    package static let names: [(field: String, synonyms: String)] = [
        ("name", "title, subject, summary, heading, event, headline, label, displayname"),
        (
            "start_at",
            "start, starts, date, day, when, time, begin, begins, beginat, from, startdate, startsat, starttime, startdatetime, starton, datetime, datestart, dtstart"
        ),
        (
            "end_at",
            "end, ends, until, to, enddate, endsat, endtime, enddatetime, finish, duration, durationminutes, durationhours, durationmins, length, dateend, dtend"
        ),
        ("timezone", "zone, tz, tzid, timezonename, timezoneid, tzname"),
        (
            "max_capacity",
            "capacity, maxguests, guestlimit, limit, maxattendees, maxparticipants, seats, spots, size, max, capacitylimit, attendeelimit, places"
        ),
        (
            "geo_address_json",
            "location, address, place, venue, where, geoaddress, street, city, locationname, fulladdress, venueaddress, locationaddress"
        ),
        (
            "meeting_url",
            "link, online, zoom, zoomlink, zoomurl, meetinglink, videolink, conference, onlineurl, joinurl, joinlink, meet, meeting, videourl, virtuallink, onlinelink"
        ),
        (
            "description_md",
            "description, about, details, body, text, notes, content, markdown, info, descriptionmarkdown"
        ),
        (
            "require_rsvp_approval",
            "approval, requireapproval, requiresapproval, needsapproval, approvalrequired, rsvpapproval, requirersvp"
        ),
        ("cover_url", "cover, image, picture, photo, imageurl, coverimage, banner, pictureurl, coverphoto, thumbnail"),
        ("visibility", "private, public, privacy, ispublic, isprivate, hidden, unlisted"),
        ("slug", "path, handle, customurl, shortname, urlname, urlslug"),
        ("registration_open", "registration, open, registrationstatus, isopen, acceptregistrations"),
        ("waitlist_status", "waitlist, waitinglist, enablewaitlist, haswaitlist"),
        ("show_guest_list", "guestlist, showguests, guestlistvisible"),
        ("tint_color", "color, colour, tint, accentcolor, tintcolour"),
        ("suppress_notifications", "silent, quiet, notify, nonotifications, notifyguests, sendnotifications"),
        ("suppress_email", "noemail, sendemail, email, emails"),
        ("ticket_types", "tickets, ticket, price, tickettype, prices"),
        ("registration_questions", "questions, formquestions"),
        ("location_visibility", "showlocation, hidelocation, addressvisibility"),
        ("coordinate", "coordinates, latlng, geo, latitude, longitude, gps"),
    ]

    private static let table: [String: String] = {
        var table: [String: String] = [:]
        for (field, synonyms) in names {
            for name in synonyms.split(separator: ",") { table[name.drop { $0 == " " }.description] = field }
        }
        return table
    }()
}

/// Names that people give the parameters of a query.
package enum QuerySynonyms {
    /// The parameter that is meant by a name that is none; nil when nothing is near.
    package static func suggest(for name: String, among known: [String]) -> String? {
        let plain = PlainText.words(String(name.prefix(64))).filter { $0 != " " }
        if let meant = table[plain], known.contains(meant) { return meant }
        return NearestName.suggest(for: name, among: known)
    }

    private static let table: [String: String] = [
        "since": "after", "from": "after", "startafter": "after", "startsafter": "after", "start": "after",
        "min": "after", "until": "before", "to": "before", "startbefore": "before", "end": "before", "max": "before",
        "pagesize": "limit", "perpage": "limit", "count": "limit", "size": "limit", "top": "limit",
        "paginationlimit": "limit", "page": "cursor", "offset": "cursor", "next": "cursor", "nextcursor": "cursor",
        "paginationcursor": "cursor", "pagetoken": "cursor", "order": "sort", "orderby": "sort", "sortby": "sort",
        "sortcolumn": "sort", "preview": "dry_run", "dryrun": "dry_run", "simulate": "dry_run", "test": "dry_run",
        "shouldrefund": "refund", "refunds": "refund",
    ]
}

/// The members of an event that no client sends: Luma's own, and those that nobody knows.
package enum EventMembers {
    private static let ofAnswers: Set<String> = {
        var names = Set(Shapes.event.map(\.name))
        if case .variants(_, let shapes) = Shapes.eventEntry {
            for fields in shapes.values { names.formUnion(fields.map(\.name)) }
        }
        // The name that answers had before 2026 and still have beside `id`; and what this gateway adds.
        return names.union(["api_id", "remarks", "warnings"])
    }()

    /// It stands in what Luma answers and cannot be sent.
    package static func isSetByLuma(_ name: String, _ mode: EventInput.Mode) -> Bool {
        ofAnswers.contains(name) && !EventCheck.fields(mode).contains { $0.name == name }
    }

    /// It says again, in another form, what a field says that can be sent, or is new for each event by its nature.
    package static func isDerived(_ name: String) -> Bool {
        [
            "id", "api_id", "remarks", "warnings", "created_at", "duration_interval", "url", "description", "platform",
            "calendar_id",
            "user_id", "access", "location_type", "spots_remaining", "guest_counts",
        ].contains(name)
    }

    /// Answers show null where an event has nothing of the kind.
    package static func mayBeNull(_ name: String) -> Bool { Shapes.event.contains { $0.name == name && $0.nullable } }

    /// The field that sets it.
    package static func setter(of name: String) -> String? {
        switch name {
        case "require_approval": "require_rsvp_approval"
        case "description": "description_md"
        case "duration_interval": "end_at"
        case "url": "slug"
        case "location_type": "meeting_url or geo_address_json"
        case "display_price": "ticket_types, when an event is created,"
        default: nil
        }
    }

    /// What is wrong with a member that cannot be sent.
    package static func fault(_ name: String, _ mode: EventInput.Mode) -> FieldFault {
        if mode == .update, name == "event_id" { return .inPath }
        if mode == .update, Shapes.eventInput.contains(where: { $0.name == name }) { return .onlyWhenCreated }
        if mode == .create, EventCheck.updateFields.contains(where: { $0.name == name }) { return .onlyWhenChanged }
        let known = EventCheck.fields(mode).map(\.name) + ["require_rsvp_approval"]
        return .unknown(suggestion: FieldSynonyms.suggest(for: name, among: known))
    }
}
