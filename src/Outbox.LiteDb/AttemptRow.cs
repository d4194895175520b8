using LiteDB;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>A document of <c>outbox_attempt</c>. Its key is made of the delivery's and the attempt's number, so that it needs no other index.</summary>
internal static class AttemptRow
{
    public const string Collection = "outbox_attempt";

    /// <summary>More attempts than this are never made of one delivery.</summary>
    private const long Room = 1_000_000;

    public static long First(long deliveryKey) => deliveryKey * Room;

    public static long Last(long deliveryKey) => First(deliveryKey) + Room - 1;

    public static BsonDocument ToDocument(long deliveryKey, long number, AttemptRecord attempt, long? nextAt) =>
        new BsonDocument { ["_id"] = First(deliveryKey) + number }
            .With("number", number)
            .With("started_at", attempt.StartedAt.ToUnixTimeMilliseconds())
            .With("duration_ms", (long)attempt.Duration.TotalMilliseconds)
            .With("status_code", attempt.StatusCode)
            .With("error", attempt.Error)
            .With("detail", attempt.Detail)
            .With("excerpt", attempt.Excerpt)
            .With("next_at", nextAt);

    public static AttemptInfo Read(BsonDocument document) => new()
    {
        Number = document["number"].AsInt32,
        StartedAt = document.Time("started_at"),
        Duration = TimeSpan.FromMilliseconds(document["duration_ms"].AsInt64),
        StatusCode = (int?)document.NumberOrNull("status_code"),
        Error = document.TextOrNull("error"),
        Detail = document.TextOrNull("detail"),
        Excerpt = document.TextOrNull("excerpt"),
        NextAttemptAt = document.TimeOrNull("next_at"),
    };
}
