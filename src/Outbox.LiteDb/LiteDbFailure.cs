using LiteDB;
using Outbox.Storage;

namespace Outbox.LiteDb;

/// <summary>What LiteDB's errors mean for whoever has to cure them.</summary>
internal static class LiteDbFailure
{
    /// <summary>LiteDB's own name for it is not public.</summary>
    private const int InvalidDataFile = 999;

    /// <summary>Whether LiteDB has closed its engine after this error, or never opened it.</summary>
    public static bool EndsEngine(Exception failure) =>
        failure is IOException or UnauthorizedAccessException or ObjectDisposedException
        || failure is LiteException { ErrorCode: LiteException.ENGINE_DISPOSED or InvalidDataFile };

    public static OutboxStoreException TookTooLong(TimeoutException failure, string path) => new(
        $"{failure.Message} All writes to the LiteDB file '{path}' take turns; look for work inside Transact that takes too long, such as a request to another server.",
        failure,
        isTransient: true);

    /// <summary>Whether it is the database's trouble, and not the caller's own, such as a duplicate key.</summary>
    public static bool IsKnown(Exception failure) => Meaning(failure) is not null;

    public static OutboxStoreException Explain(Exception failure, string path)
    {
        var (text, isTransient) = Meaning(failure) ?? (failure.Message, false);
        return new OutboxStoreException($"The LiteDB file '{path}' {text}", failure, isTransient);
    }

    // LiteDB has a code for it, and throws it with none.
    private static bool IsFull(Exception failure) =>
        failure is LiteException { ErrorCode: LiteException.FILE_SIZE_EXCEEDED } || failure.Message.StartsWith("Maximum data file size", StringComparison.Ordinal);

    private static (string Text, bool IsTransient)? Meaning(Exception failure) => failure switch
    {
        UnauthorizedAccessException => ($"cannot be written: {failure.Message} Give this process the right to write the file and its folder.", false),
        IOException => ($"cannot be read or written: {failure.Message} Look after its disk: the outbox goes on by itself.", true),
        LiteException { ErrorCode: LiteException.LOCK_TIMEOUT } =>
            ($"was locked for too long: {failure.Message} Look for a query whose results are read slowly, or whose reader is not disposed of.", true),
        LiteException when IsFull(failure) =>
            ($"has reached its limit (PRAGMA LIMIT_SIZE): {failure.Message} Raise it: the outbox goes on by itself.", true),
        LiteException { ErrorCode: LiteException.ENGINE_DISPOSED } or ObjectDisposedException => ("was closed after an error, and is opened again at its next use.", true),
        LiteException when failure.Message.Contains("open cursors", StringComparison.Ordinal) =>
            ("has stored nothing, because a query of this transaction was not read to its end. Take what it finds inside Transact, as by ToList(), or dispose of its enumerator.", false),
        LiteException { ErrorCode: LiteException.INVALID_DATABASE or LiteException.INVALID_PASSWORD or InvalidDataFile } =>
            ($"is not LiteDB's, is damaged, or is encrypted with another password: {failure.Message} Check the path and the password, or restore it from a backup.", false),
        LiteException when failure.Message.Contains("encrypted", StringComparison.Ordinal) =>
            ("is encrypted. Add its password to the connection string: 'Filename=calls.db;Password=…'.", false),
        _ => null,
    };
}
