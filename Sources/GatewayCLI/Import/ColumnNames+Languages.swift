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
