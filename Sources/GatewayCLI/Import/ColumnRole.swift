import Core

/// What the cells of a column are for a new event.
package enum ColumnRole: Hashable {
    /// The event's field of this name.
    case field(String)
    /// The day, or the day and the time, of the start or the end; the time alone.
    case startDate, startTime, endDate, endTime
    /// Whether the event lasts whole days.
    case allDay
    /// A part of the place; a link is the meeting's.
    case place
    /// `TRUE` or `Private` of a calendar: seen by those who have the link.
    case privacy
    /// `require_approval` of our own exports.
    case approval
    /// It says something that a new event would not have, such as its price.
    case lost(String)
    /// How long the event lasts.
    case length
    /// Whether it is going to happen.
    case state
    case leftOut
}

/// Names of columns that programs write and people use, and what they are.
package enum ColumnNames {
    /// What `--map` may name besides the fields of an event.
    package static let roles: [(name: String, role: ColumnRole)] = [
        ("start_date", .startDate), ("start_time", .startTime), ("end_date", .endDate), ("end_time", .endTime),
        ("all_day", .allDay), ("place", .place), ("private", .privacy), ("duration", .length), ("status", .state),
    ]

    /// By the plain form of the name: small letters without accents, and single blanks.
    package static func role(of name: String) -> ColumnRole? { table[plain(name)] }

    /// `Start  Date*`, `start-date` and `Start_Date` are `start date`.
    package static func plain(_ name: String) -> String {
        var output = ""
        var isBlank = false
        for scalar in String(decoding: FoldedText.bytes(name), as: UTF8.self).unicodeScalars {
            if scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "/" || scalar == "#"
            {
                if isBlank, !output.isEmpty { output.append(" ") }
                isBlank = false
                output.unicodeScalars.append(scalar)
            } else {
                isBlank = true
            }
        }
        return output
    }

    private static let table: [String: ColumnRole] = {
        var table: [String: ColumnRole] = [:]
        for (role, names) in rows + others { for name in names { table[plain(name)] = role } }
        for (name, role) in roles { table[plain(name)] = role }
        return table
    }()

    /// Google Calendar and Outlook, Eventbrite, Meetup, Luma's pages, and plain words.
    private static let rows: [(ColumnRole, [String])] = [
        (
            .field("name"),
            ["event name", "event title", "event", "title", "subject", "what", "summary", "name of event"]
        ),
        (
            .field("start_at"),
            [
                "start", "starts", "starts at", "start at", "begin", "begins", "begins at", "start date time",
                "start date and time", "event start", "event start at", "start datetime", "date and time", "date time",
                "datetime", "when", "from", "date/time", "start date/time",
            ]
        ),
        (
            .field("end_at"),
            [
                "end", "ends", "ends at", "end at", "end date time", "end date and time", "event end", "event end at",
                "end datetime", "until", "to", "finish", "finishes", "end date/time",
            ]
        ),
        (.startDate, ["start date", "date", "day", "event date", "event start date", "starts on"]),
        (.startTime, ["start time", "time", "event time", "event start time", "start hour", "local start time"]),
        (.endDate, ["end date", "event end date", "ends on", "finish date"]),
        (.endTime, ["end time", "event end time", "finish time", "end hour", "local end time"]),
        (.allDay, ["all day event", "all day", "allday", "whole day"]),
        (.field("timezone"), ["time zone", "event timezone", "event time zone", "tz", "zone"]),
        (
            .place,
            [
                "location", "where", "place", "venue", "venue name", "venue address", "event location", "address",
                "street address", "event venue", "location name", "location address",
            ]
        ),
        (.field("description_md"), ["event description", "details", "about", "description", "body"]),
        (
            .field("max_capacity"),
            [
                "capacity", "event capacity", "max guests", "maximum capacity", "max attendees", "attendee limit",
                "rsvp limit", "max", "max participants", "maximum participants", "spots", "seats", "places",
                "guest limit", "total capacity",
            ]
        ),
        (
            .field("meeting_url"),
            ["meeting link", "online link", "zoom link", "video link", "join link", "meeting url", "online event url"]
        ),
        (.length, ["length", "event duration", "event length"]),
        (.state, ["event status", "event state"]),
        (.privacy, ["private", "sensitivity"]),
        (.approval, ["require approval"]),
        (.lost("price"), ["price", "ticket price", "cost", "fee", "display price", "event fee"]),
        (
            .leftOut,
            [
                "reminder on/off", "reminder date", "reminder time", "meeting organizer", "required attendees",
                "optional attendees", "meeting resources", "billing information", "categories", "mileage", "priority",
                "show time as", "event id", "event url", "event link", "organizer name", "organizer",
                "tickets sold", "gross sales", "net sales", "event category", "event type", "group name", "rsvps",
                "yes rsvps", "waitlist", "no rsvps", "attendance", "guests", "registered", "gross", "net",
                "attachments", "tags",
                "created time", "created by", "last edited time", "last edited by", "last modified", "last modified by",
            ]
        ),
    ]

    /// Columns of our own exports that are fields of a new event under another name.
    package static let ofExports: [String: ColumnRole] = [
        "require_approval": .approval, "description": .field("description_md"), "display_price": .lost("price"),
        "price": .lost("price"), "price_amount": .lost("price"),
    ]

    // MARK: Tables of something else

    private static let ofGuests: Set<String> = [
        "email", "email address", "approval status", "checked in at", "ticket name", "ticket type id", "qr code url",
        "first name", "last name", "phone number", "order #", "attendee #", "order id", "ticket type", "rsvp",
        "rsvp d on",
        "custom source", "attendee status", "member id",
    ]

    /// Names that tell that the rows are guests; empty for a table of events.
    package static func guests(_ header: [String]) -> [String] {
        let found = header.filter { ofGuests.contains(plain($0)) }
        return found.count >= 3 || (found.count == 2 && found.contains { plain($0).hasPrefix("email") }) ? found : []
    }
}

/// What the programs of other countries call the columns of a table of events: Outlook and spreadsheets in German, French and
/// Spanish.
extension ColumnNames {
    package static let others: [(ColumnRole, [String])] = [
        (
            .field("name"),
            [
                "Betreff", "Titel", "Veranstaltung", "Veranstaltungsname", "Name der Veranstaltung", "Bezeichnung",
                "Objet",
                "Titre", "Nom", "Événement", "Nom de l'événement", "Asunto", "Título", "Nombre", "Evento",
            ]
        ),
        (
            .field("start_at"),
            ["Beginn", "Beginnt", "Anfang", "Début", "Commence", "Inicio", "Comienzo", "Empieza"]
        ),
        (.field("end_at"), ["Ende", "Endet", "Schluss", "Fin"]),
        (
            .startDate,
            [
                "Datum", "Startdatum", "Anfangsdatum", "Beginnt am", "Beginn am", "Date de début", "Jour",
                "Fecha",
                "Fecha de inicio", "Fecha de comienzo", "Día",
            ]
        ),
        (
            .startTime,
            [
                "Uhrzeit", "Zeit", "Startzeit", "Anfangszeit", "Beginnt um", "Beginn um", "Heure", "Heure de début",
                "Hora", "Hora de inicio", "Hora de comienzo",
            ]
        ),
        (.endDate, ["Enddatum", "Endet am", "Ende am", "Date de fin", "Fecha de fin", "Fecha de finalización"]),
        (
            .endTime,
            ["Endzeit", "Enduhrzeit", "Endet um", "Ende um", "Heure de fin", "Hora de fin", "Hora de finalización"]
        ),
        (
            .allDay,
            [
                "Ganztägiges Ereignis", "Ganztägig", "Ganzer Tag", "Journée entière", "Toute la journée",
                "Todo el día", "Evento de todo el día",
            ]
        ),
        (.length, ["Dauer", "Länge", "Durée", "Duración"]),
        (.field("timezone"), ["Zeitzone", "Fuseau horaire", "Zona horaria"]),
        (
            .place,
            [
                "Ort", "Veranstaltungsort", "Adresse", "Anschrift", "Wo", "Lieu", "Emplacement", "Endroit", "Lugar",
                "Ubicación", "Dirección",
            ]
        ),
        (.field("description_md"), ["Beschreibung", "Descripción", "Détails", "Detalles"]),
        (
            .field("max_capacity"),
            [
                "Plätze", "Kapazität", "Max. Teilnehmer", "Maximale Teilnehmerzahl", "Capacité", "Places", "Capacidad",
                "Aforo", "Plazas",
            ]
        ),
        (.privacy, ["Privat", "Vertraulichkeit", "Privé", "Critère de diffusion", "Privado"]),
        (.lost("price"), ["Preis", "Eintritt", "Kosten", "Prix", "Tarif", "Precio"]),
        (.state, ["Statut", "Estado"]),
        (
            .leftOut,
            [
                "Erinnerung Ein/Aus", "Erinnerung am", "Erinnerung um", "Besprechungsplanung",
                "Erforderliche Teilnehmer",
                "Optionale Teilnehmer", "Besprechungsressourcen", "Abrechnungsinformationen", "Kategorien", "Priorität",
                "Reisekilometer", "Zeitspanne zeigen als", "Rappel actif/inactif", "Date de rappel", "Heure de rappel",
                "Organisateur de la réunion", "Participants obligatoires", "Participants facultatifs",
                "Ressources de la réunion", "Informations de facturation", "Catégories", "Kilométrage", "Priorité",
                "Afficher la disponibilité", "Categorías", "Prioridad",
            ]
        ),
    ]
}
