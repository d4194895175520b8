using LiteDB;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>The settings of the LiteDB store.</summary>
public sealed class LiteDbStoreOptions
{
    /// <summary>What the store does about its collections when it opens. Default: <see cref="SchemaMode.CreateAndMigrate"/>.</summary>
    public SchemaMode SchemaMode { get; set; } = SchemaMode.CreateAndMigrate;

    /// <summary>
    /// How long a write waits for its turn while another is made, before it fails as a transient error. All writes of the process to the
    /// file take turns, yours and the outbox's. 1 millisecond to 10 minutes. Default: 5 seconds.
    /// </summary>
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Maps your own classes to documents in the <see cref="ILiteDatabase"/> of the container. Default: null, LiteDB's global mapper.</summary>
    public BsonMapper? Mapper { get; set; }
}
