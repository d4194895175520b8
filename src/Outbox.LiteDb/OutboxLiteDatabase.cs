using LiteDB;

namespace Outbox.LiteDb;

/// <summary>The database as the host's own code gets it from the container.</summary>
internal sealed class OutboxLiteDatabase(LiteDbFile file) : LiteDatabase(new TurnEngine(file), file.Options.Mapper, disposeOnClose: false)
{
    public LiteDbFile File => file;
}
