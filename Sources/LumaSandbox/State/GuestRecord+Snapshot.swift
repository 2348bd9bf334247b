import Core

extension GuestRecord {
    /// The guest as a snapshot holds it.
    var saved: JSON {
        [
            "id": .string(id), "key": .string(key), "user_id": .string(userId), "email": .string(email),
            "name": Self.saved(name), "status": .string(status.rawValue),
            "created_at": .string(createdAt.rfc3339), "invited_at": Self.saved(invitedAt?.rfc3339),
            "registered_at": Self.saved(registeredAt?.rfc3339),
            "tickets": .array(tickets.map(\.saved)), "orders": .array(orders.map(\.saved)),
        ]
    }

    /// Takes up what `saved` wrote; its form was checked before.
    init?(saved: JSON) {
        guard let id = saved["id"]?.stringValue, let key = saved["key"]?.stringValue,
            let userId = saved["user_id"]?.stringValue, let email = saved["email"]?.stringValue,
            let status = saved["status"]?.stringValue.flatMap(Status.init(rawValue:)),
            let createdAt = Self.instant(saved["created_at"])
        else { return nil }
        self.init(
            id: id, key: key, userId: userId, email: email, name: saved["name"]?.stringValue, status: status,
            createdAt: createdAt, invitedAt: Self.instant(saved["invited_at"]),
            registeredAt: Self.instant(saved["registered_at"]))
        tickets = (saved["tickets"]?.arrayValue ?? []).map { ticket in
            Ticket(
                id: ticket["id"]?.stringValue ?? "", typeId: ticket["type_id"]?.stringValue ?? "",
                name: ticket["name"]?.stringValue ?? "", charge: Charge(saved: ticket),
                checkedInAt: Self.instant(ticket["checked_in_at"]))
        }
        orders = (saved["orders"]?.arrayValue ?? []).map { order in
            Order(
                id: order["id"]?.stringValue ?? "", charge: Charge(saved: order),
                refunded: order["refunded"]?.wholeValue ?? 0)
        }
    }

    fileprivate static func saved(_ text: String?) -> JSON { text.map { JSON.string($0) } ?? .null }

    private static func instant(_ saved: JSON?) -> Timestamp? {
        saved?.stringValue.flatMap(Timestamp.init(rfc3339:))
    }
}

extension GuestRecord.Ticket {
    fileprivate var saved: JSON {
        let own: JSONObject = [
            "id": .string(id), "type_id": .string(typeId), "name": .string(name),
            "checked_in_at": GuestRecord.saved(checkedInAt?.rfc3339),
        ]
        return .object(JSONObject(own.members + charge.saved))
    }
}

extension GuestRecord.Order {
    fileprivate var saved: JSON {
        let own: JSONObject = ["id": .string(id), "refunded": .number(refunded)]
        return .object(JSONObject(own.members + charge.saved))
    }
}

extension GuestRecord.Charge {
    fileprivate var saved: [(name: String, value: JSON)] {
        [("amount", .number(amount)), ("currency", .string(currency)), ("is_captured", .bool(isCaptured))]
    }

    fileprivate init(saved: JSON) {
        self.init(
            amount: saved["amount"]?.wholeValue ?? 0, currency: saved["currency"]?.stringValue ?? "usd",
            isCaptured: saved["is_captured"]?.boolValue ?? false)
    }
}

extension GuestTally {
    /// What a snapshot from before guests were kept says of them.
    init(saved: JSON?, at place: String) throws(SnapshotError) {
        self.init()
        hasPaid = saved?["has_paid"]?.boolValue ?? false
        var total = 0
        for (status, count) in saved?["counts"]?.objectValue?.members ?? [] {
            let (guests, tickets) = (count["guests"]?.wholeValue ?? 0, count["tickets"]?.wholeValue ?? 0)
            total += max(guests, tickets)
            counts[status] = Count(guests: guests, tickets: tickets)
        }
        // Here, because so many would have to be made before they could be counted.
        guard total <= Self.maxSaved else { throw SnapshotError("\(place) has too many guests") }
    }

    private static let maxSaved = 100_000
}
