using Microsoft.Data.Sqlite;

namespace Outbox.Sqlite.Tests;

/// <summary>Temporary folders with database files in them.</summary>
internal static class SqliteFolder
{
    /// <summary>
    /// Closes the pooled connections to the folder's files, the host's and the outbox's own, and deletes it. Only to these files: the connections of
    /// tests beside this one are in use.
    /// </summary>
    public static void DeleteWithDatabases(this DirectoryInfo folder)
    {
        foreach (var file in folder.EnumerateFiles("*.db"))
        {
            ClearPool($"Data Source={file.FullName}");
            ClearPool($"Data Source={file.FullName};Pooling=True");
        }

        folder.Delete(recursive: true);
    }

    public static void ClearPool(string connectionString)
    {
        using var connection = new SqliteConnection(connectionString);
        SqliteConnection.ClearPool(connection);
    }
}
