import Core

/// A guest as Luma answers it.
enum GuestAnswer {
    /// One entry of a list: without orders.
    static func entry(_ guest: GuestRecord, of event: EventRecord) -> JSON {
        .object(JSONObject(members(guest, event)))
    }

    /// The whole guest, as `events/guests/get` answers it.
    static func full(_ guest: GuestRecord, of event: EventRecord) -> JSON {
        .object(
            JSONObject(members(guest, event) + [("event_ticket_orders", .array(guest.orders.map(order)))]))
    }

    private typealias Members = [(name: String, value: JSON)]

    private static func members(_ guest: GuestRecord, _ event: EventRecord) -> Members {
        // A name of one word has no last one.
        let words = guest.name?.split(separator: " ", maxSplits: 1).map(String.init) ?? []
        return [
            ("id", .string(guest.id)), ("user_id", .string(guest.userId)), ("user_email", .string(guest.email)),
            ("user_name", text(guest.name)), ("user_first_name", text(words.first)),
            ("user_last_name", text(words.count > 1 ? words[1] : nil)),
            ("approval_status", .string(guest.status.rawValue)),
            ("check_in_qr_code", .string("https://luma.com/check-in/\(event.id)?pk=\(guest.key)")),
            ("eth_address", nil), ("invited_at", instant(guest.invitedAt)), ("joined_at", nil), ("phone_number", nil),
            ("registered_at", instant(guest.registeredAt)), ("registration_answers", nil), ("solana_address", nil),
            ("utm_source", nil), ("event_tickets", .array(guest.validTickets.map(ticket))),
        ]
    }

    private static func ticket(_ ticket: GuestRecord.Ticket) -> JSON {
        .object(
            JSONObject(
                price(ticket.id, ticket.charge) + [
                    ("checked_in_at", instant(ticket.checkedInAt)), ("event_ticket_type_id", .string(ticket.typeId)),
                    ("name", .string(ticket.name)),
                ]))
    }

    private static func order(_ order: GuestRecord.Order) -> JSON {
        .object(
            JSONObject(
                price(order.id, order.charge) + [("coupon_info", nil), ("amount_refunded", .number(order.refunded))]))
    }

    private static func price(_ id: String, _ charge: GuestRecord.Charge) -> Members {
        [
            ("id", .string(id)), ("amount", .number(charge.amount)), ("amount_discount", 0), ("amount_tax", 0),
            ("currency", .string(charge.currency)), ("is_captured", .bool(charge.isCaptured)),
        ]
    }

    private static func instant(_ value: Timestamp?) -> JSON { text(value?.rfc3339) }

    private static func text(_ value: String?) -> JSON { value.map { JSON.string($0) } ?? .null }
}

/// The one user of the emulator.
enum PersonAnswer {
    static func owner(id: String) -> JSON {
        [
            "id": .string(id), "email": "host@sandbox.example", "name": "Sandbox Host", "first_name": "Sandbox",
            "last_name": "Host", "avatar_url": "https://images.lumacdn.com/avatars/sandbox/host.png",
        ]
    }
}

/// The one calendar of the emulator.
enum CalendarAnswer {
    static let name = "Sandbox Calendar"

    static func calendar(id: String) -> JSON {
        [
            "id": .string(id), "name": .string(name), "slug": .string(SandboxState.calendarSlug),
            "avatar_url": "https://images.lumacdn.com/calendars/sandbox/avatar.png",
            "url": .string("https://luma.com/\(SandboxState.calendarSlug)"),
            "description": "An emulated calendar: nothing here reaches Luma.", "social_image_url": nil,
            "cover_image_url": nil, "is_personal": false, "location": nil, "coordinate": nil, "instagram_handle": nil,
            "twitter_handle": nil, "youtube_handle": nil, "website": nil, "tint_color": nil, "tiktok_handle": nil,
            "linkedin_handle": nil,
        ]
    }
}
