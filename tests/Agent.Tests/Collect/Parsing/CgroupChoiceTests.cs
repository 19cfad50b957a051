using System.Text;
using HostAtlas.Agent.Collect.Parsing;

namespace HostAtlas.Agent.Tests.Collect.Parsing;

public sealed class CgroupChoiceTests
{
    private const string Contained = "cgroup:[4026532650]";
    private const string Unified = "1 0 0:28 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n";

    private const string Trees = """
        2 1 0:30 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd
        3 1 0:33 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
        4 1 0:34 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
        5 1 0:35 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
        6 1 0:36 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw

        """;

    [Fact]
    public void A_namespace_of_its_own_is_a_container_and_version_2_has_one_folder_for_all()
    {
        var folder = new CgroupFolder("/sys/fs/cgroup", 2);
        Assert.Equal(new CgroupFolders(folder, folder, folder, folder), Choose(Unified, "0::/\n", Contained));
    }

    [Fact]
    public void A_system_in_a_container_has_its_limits_at_the_root_of_its_namespace_not_at_its_services()
    {
        var folder = new CgroupFolder("/sys/fs/cgroup", 2);
        Assert.Equal(new CgroupFolders(folder, folder, folder, folder), Choose(Unified, "0::/system.slice/agent.service\n", Contained));
    }

    [Fact]
    public void Version_1_has_a_folder_a_controller_and_what_has_none_is_looked_for_in_version_2()
    {
        var cpu = new CgroupFolder("/sys/fs/cgroup/cpu,cpuacct", 1);
        Assert.Equal(
            new CgroupFolders(new CgroupFolder("/sys/fs/cgroup/memory", 1), cpu, cpu, new CgroupFolder("/sys/fs/cgroup/unified", 2)),
            Choose(Trees, "4:memory:/\n", Contained));
    }

    [Theory]
    [InlineData("0::/system.slice/hostatlas-agent.service\n")]
    [InlineData("0::/\n")]
    [InlineData("4:memory:/system.slice/hostatlas-agent.service\n3:cpu,cpuacct:/\n")]
    public void A_service_of_a_plain_host_is_in_no_container(string own)
    {
        Assert.Null(Choose(Unified, own, CgroupChoice.HostsNamespace));
        Assert.Null(Choose(Trees, own, CgroupChoice.HostsNamespace));
        Assert.Null(Choose(Trees, own, null));
    }

    [Fact]
    public void A_part_of_the_tree_that_is_the_agents_own_is_a_container_too()
    {
        var mounts = Trees.Replace(" / /sys", " /docker/4f1c /sys", StringComparison.Ordinal);
        var folders = Choose(mounts, "3:cpu,cpuacct:/docker/4f1c\n4:memory:/docker/4f1c/inner\n", CgroupChoice.HostsNamespace);
        Assert.Equal(new CgroupFolder("/sys/fs/cgroup/memory", 1), folders?.Memory);
        Assert.Equal(new CgroupFolder("/sys/fs/cgroup/cpu,cpuacct", 1), folders?.Cpu);
        Assert.Null(folders?.Pids);
    }

    [Theory]
    [InlineData("4:memory:/docker/4f1c2\n")]
    [InlineData("4:memory:/docker\n")]
    [InlineData("4:memory\n")]
    public void Another_containers_part_of_the_tree_is_not_ones_own(string own) =>
        Assert.Null(Choose(Trees.Replace(" / /sys", " /docker/4f1c /sys", StringComparison.Ordinal), own, CgroupChoice.HostsNamespace));

    [Fact]
    public void A_tree_whose_root_lies_outside_of_the_namespace_is_not_told_of() =>
        Assert.Null(Choose(Unified.Replace(" / /sys", " /../.. /sys", StringComparison.Ordinal), "0::/\n", Contained));

    private static CgroupFolders? Choose(string mounts, string own, string? ownNamespace) =>
        CgroupChoice.Choose(MountTable.Parse(Encoding.UTF8.GetBytes(mounts)).Value, Encoding.UTF8.GetBytes(own), ownNamespace);
}
