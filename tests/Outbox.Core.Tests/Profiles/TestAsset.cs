namespace Outbox.Tests.Profiles;

/// <summary>Files that lie beside the tests in the source tree.</summary>
internal static class TestAsset
{
    public static string PathOf(string relativePath)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Outbox.sln")))
            {
                return Path.Combine(folder.FullName, "tests", "Outbox.Core.Tests", relativePath);
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Outbox.sln; run the tests from a clone.");
    }
}
