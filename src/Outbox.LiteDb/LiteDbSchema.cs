using LiteDB;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>The collections and their indexes: made, migrated or checked, whichever the options say.</summary>
internal sealed class LiteDbSchema(LiteDbDatabase database)
{
    private const string Collection = "outbox_schema";

    /// <summary>The steps from each version to the next; the first makes the collections. A step that was released is never changed.</summary>
    private static readonly string[] Steps = [Resource("Schema.sql")];

    public static int CurrentVersion => Steps.Length;

    /// <summary>The whole script, for LiteDB's <c>Execute</c>, one statement at a time. It may be run again: it makes only what is missing.</summary>
    public static string Script { get; } = string.Join('\n', Steps) + $"\n{SetVersion}\n";

    private static string SetVersion =>
        $"DELETE {Collection} WHERE $.version <= {CurrentVersion};\nINSERT INTO {Collection} VALUES {{ _id: 1, version: {CurrentVersion} }};";

    public void Open()
    {
        var version = database.Read(VersionOf);
        if (database.Options.SchemaMode == SchemaMode.None)
        {
            return;
        }

        RefuseNewer(version);
        if (database.Options.SchemaMode == SchemaMode.ValidateOnly)
        {
            Validate(version);
        }
        else if (version < CurrentVersion)
        {
            database.File.Transact(Migrate);
        }
    }

    private bool Migrate(LiteDbSession session)
    {
        // Another thread may have migrated between the first look and the turn.
        var version = VersionOf(session);
        RefuseNewer(version);
        foreach (var statement in Steps[version..].Append(SetVersion).SelectMany(Split))
        {
            session.Run(statement);
        }

        return true;
    }

    private void Validate(int version)
    {
        var present = database.Read(session => session.All("$indexes", "$.name != '_id'")
            .Select(index => $"{index["collection"].AsString} {index["name"].AsString}")
            .ToHashSet(StringComparer.Ordinal));
        var missing = Expected().Where(index => !present.Contains(index)).ToList();
        if (missing.Count > 0)
        {
            throw new OutboxStoreException(
                $"The LiteDB file '{database.File.Path}' lacks the indexes: {string.Join(", ", missing)}. {nameof(SchemaMode)}.{nameof(SchemaMode.ValidateOnly)} changes nothing: " +
                $"run the script that IOutboxStore.SchemaScript has, or choose {nameof(SchemaMode)}.{nameof(SchemaMode.CreateAndMigrate)}.");
        }

        if (version < CurrentVersion)
        {
            throw new OutboxStoreException(
                $"The outbox's collections in '{database.File.Path}' have version {version}, this library needs version {CurrentVersion}. " +
                $"Open the file once with {nameof(SchemaMode)}.{nameof(SchemaMode.CreateAndMigrate)}.");
        }
    }

    private void RefuseNewer(int version)
    {
        if (version > CurrentVersion)
        {
            throw new OutboxStoreException(
                $"The outbox's collections in '{database.File.Path}' have version {version}, and this library knows versions up to {CurrentVersion}: " +
                "a newer release has migrated them. Run that release here too, or restore the file from before.");
        }
    }

    private static int VersionOf(LiteDbSession session) => (int)(session.Get(Collection, 1)?.NumberOrNull("version") ?? 0);

    /// <summary>What the steps make: <c>outbox_event id</c>.</summary>
    private static IEnumerable<string> Expected() =>
        from statement in Steps.SelectMany(Split)
        let words = statement.Replace("UNIQUE ", string.Empty, StringComparison.Ordinal).Split(' ')
        where words is ["CREATE", "INDEX", _, "ON", ..]
        select $"{words[4]} {words[2]}";

    private static IEnumerable<string> Split(string script) => script.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(LiteDbSchema).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
