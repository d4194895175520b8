using LiteDB;

namespace Outbox.LiteDb;

/// <summary>Fields of a document. What is null is left out; times are Unix milliseconds, because LiteDB's dates go through the local time zone.</summary>
internal static class Fields
{
    public static BsonDocument With(this BsonDocument document, string name, string? value) => Set(document, name, value is null ? null : new BsonValue(value));

    public static BsonDocument With(this BsonDocument document, string name, long? value) => Set(document, name, value is { } number ? new BsonValue(number) : null);

    public static BsonDocument With(this BsonDocument document, string name, byte[]? value) => Set(document, name, value is null ? null : new BsonValue(value));

    public static BsonDocument With(this BsonDocument document, string name, bool value) => Set(document, name, new BsonValue(value));

    public static BsonDocument With(this BsonDocument document, string name, IEnumerable<string> values) =>
        Set(document, name, new BsonArray(values.Select(value => new BsonValue(value))));

    public static BsonDocument With(this BsonDocument document, string name, IEnumerable<BsonDocument> values) => Set(document, name, new BsonArray(values));

    public static IEnumerable<BsonDocument> Documents(this BsonDocument document, string name) =>
        document[name] is { IsArray: true } value ? value.AsArray.Select(item => item.AsDocument) : [];

    public static string? TextOrNull(this BsonDocument document, string name) => document[name] is { IsString: true } value ? value.AsString : null;

    public static long? NumberOrNull(this BsonDocument document, string name) => document[name] is { IsNumber: true } value ? value.AsInt64 : null;

    public static byte[] Bytes(this BsonDocument document, string name) => document[name] is { IsBinary: true } value ? value.AsBinary : [];

    public static bool Flag(this BsonDocument document, string name) => document[name] is { IsBoolean: true } value && value.AsBoolean;

    public static string[] Texts(this BsonDocument document, string name) =>
        document[name] is { IsArray: true } value ? [.. value.AsArray.Select(item => item.AsString)] : [];

    public static DateTimeOffset Time(this BsonDocument document, string name) => DateTimeOffset.FromUnixTimeMilliseconds(document[name].AsInt64);

    public static DateTimeOffset? TimeOrNull(this BsonDocument document, string name) =>
        document.NumberOrNull(name) is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    private static BsonDocument Set(BsonDocument document, string name, BsonValue? value)
    {
        if (value is not null)
        {
            document[name] = value;
        }

        return document;
    }
}
