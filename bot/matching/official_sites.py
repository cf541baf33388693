"""Whose a web address officially is: organisations with their domains, and where each was read.

A: the category of Chinese banks in v2fly/domain-list-community, commit 0d6a7a8d. B: names, home
pages and hotlines of sixty banks in the public tables of a shop system (the hotlines are in
`lookup/service_numbers.py`). C: the address an organisation prints on its cards, bills, posters and
apps, written down from knowledge and not opened. The letters stand for the whole line: a second
domain may be in one of them only. All of gov.cn, edu.cn and mil.cn counts as official besides.
"""

from dataclasses import dataclass

READ_ON = "2026-11-26"
"""When the sources were read; a line that is changed later gets a date of its own."""


@dataclass(frozen=True, slots=True)
class OfficialSite:
    """An organisation with its registrable domains; `sector` says what kind it is of."""

    sector: str
    organisation: str
    domains: tuple[str, ...]
    sources: str


_TABLE = """
bank|中国工商银行|icbc.com.cn icbc.cn|AB
bank|中国建设银行|ccb.com ccb.cn|AB
bank|中国农业银行|abchina.com abchina.com.cn 95599.cn|AB
bank|中国银行|boc.cn bankofchina.com|AC
bank|交通银行|bankcomm.com 95559.com.cn|AB
bank|中国邮政储蓄银行|psbc.com|AB
bank|招商银行|cmbchina.com cmbt.cn|AB
bank|中信银行|citicbank.com ecitic.com|BC
bank|光大银行|cebbank.com|B
bank|华夏银行|hxb.com.cn|AB
bank|民生银行|cmbc.com.cn|AB
bank|广发银行|cgbchina.com.cn|AB
bank|平安|pingan.com pingan.com.cn bank-pingan.com|BC
bank|浦发银行|spdb.com.cn|AB
bank|兴业银行|cib.com.cn|AB
bank|浙商银行|czbank.com|B
bank|渤海银行|cbhb.com.cn|B
bank|恒丰银行|hfbank.com.cn|B
bank|北京银行|bankofbeijing.com.cn|AB
bank|上海银行|bosc.cn bankofshanghai.com|AB
bank|江苏银行|jsbchina.cn|B
bank|南京银行|njcb.com.cn|AB
bank|徽商银行|hsbank.com.cn|B
bank|盛京银行|shengjingbank.com.cn|B
bank|宁波银行|nbcb.com.cn|B
bank|上海农商银行|srcb.com|B
bank|天津银行|bank-of-tianjin.com.cn|B
bank|锦州银行|jinzhoubank.com|B
bank|北京农商银行|bjrcb.com|B
bank|重庆农商银行|cqrcb.com|B
bank|厦门国际银行|xib.com.cn|B
bank|杭州银行|hzbank.com.cn|B
bank|哈尔滨银行|hrbb.com.cn|B
bank|广州农商银行|grcbank.com|B
bank|中原银行|zybank.com.cn|B
bank|成都农商银行|cdrcb.com|B
bank|昆仑银行|klb.cn|B
bank|重庆银行|cqcbank.com|B
bank|顺德农商银行|sdebank.com|B
bank|大连银行|bankofdl.com|B
bank|东莞农商银行|drcbank.com|B
bank|成都银行|bocd.com.cn|B
bank|贵阳银行|bankgy.cn|B
bank|广州银行|gzcb.com.cn|B
bank|天津农商银行|trcbank.com.cn|B
bank|郑州银行|zzbank.cn|B
bank|吉林银行|jlbank.com.cn|B
bank|深圳农商银行|4001961200.com|B
bank|江西银行|jx-bank.com|B
bank|苏州银行|suzhoubank.com|B
bank|长沙银行|cscb.cn|B
bank|河北银行|hebbank.com|B
bank|青岛银行|qdccb.com|B
bank|汉口银行|hkbchina.com|B
bank|武汉农商银行|whrcbank.com|B
bank|东莞银行|dongguanbank.cn|B
bank|贵州银行|bgzchina.com|B
bank|兰州银行|lzbank.com|B
bank|西安银行|xacbank.com|B
bank|威海银行|whccb.com|A
bank|微众银行|webank.com|C
bank|网商银行|mybank.cn|C
bank|永丰银行|sinopac.com|C
bank|国泰世华银行|cathaybk.com.tw|C
bank|玉山银行|esunbank.com esunbank.com.tw|C
bank|中国信托银行|ctbcbank.com|C
bank|台新银行|taishinbank.com.tw|C
bank|富邦银行|fubon.com|C
bank|汇丰银行（香港）|hsbc.com.hk|C
bank|恒生银行|hangseng.com|C
bank|中银香港|bochk.com|C
pay|银联|unionpay.com 95516.com chinaunionpay.com|AC
pay|支付宝|alipay.com antgroup.com antfin.com|C
telecom|中国移动|10086.cn chinamobile.com chinamobileltd.com|C
telecom|中国联通|10010.com 10010.cn chinaunicom.com.cn chinaunicom.cn|C
telecom|中国电信|189.cn chinatelecom.com.cn 10000.com|C
telecom|中国广电|10099.com.cn|C
courier|顺丰|sf-express.com|C
courier|中国邮政|ems.com.cn chinapost.com.cn 11183.com.cn|C
courier|圆通|yto.net.cn|C
courier|中通|zto.com zto.cn|C
courier|申通|sto.cn|C
courier|韵达|yundaex.com yunda.cn|C
courier|京东|jd.com jd.hk jdl.com 3.cn|C
courier|极兔|jtexpress.cn jtexpress.com.cn|C
courier|德邦|deppon.com|C
courier|菜鸟|cainiao.com|C
platform|阿里巴巴|taobao.com tmall.com alibaba.com 1688.com aliyun.com tb.cn|C
platform|腾讯|qq.com tencent.com tenpay.com weixin.com wechat.com url.cn|C
platform|百度|baidu.com dwz.cn|C
platform|字节跳动|douyin.com bytedance.com toutiao.com feishu.cn iesdouyin.com|C
platform|快手|kuaishou.com kwai.com|C
platform|美团|meituan.com dianping.com dpurl.cn|C
platform|拼多多|pinduoduo.com yangkeduo.com|C
platform|小红书|xiaohongshu.com xhslink.com|C
platform|微博|weibo.com weibo.cn sina.com.cn|C
platform|哔哩哔哩|bilibili.com b23.tv|C
platform|网易|163.com 126.com netease.com|C
platform|闲鱼|goofish.com|C
platform|唯品会|vip.com vipshop.com|C
platform|得物|dewu.com|C
platform|苏宁|suning.com|C
platform|苹果|apple.com icloud.com apple.com.cn|C
platform|华为|huawei.com hihonor.com vmall.com|C
platform|小米|mi.com xiaomi.com|C
platform|OPPO|oppo.com|C
platform|vivo|vivo.com vivo.com.cn|C
platform|微软|microsoft.com office.com live.com|C
platform|谷歌|google.com|C
platform|钉钉|dingtalk.com|C
platform|游戏|mihoyo.com steampowered.com steamcommunity.com xd.com|C
travel|滴滴|didiglobal.com xiaojukeji.com|C
travel|携程|ctrip.com trip.com|C
travel|去哪儿|qunar.com|C
travel|同程|ly.com|C
travel|飞猪|fliggy.com|C
travel|铁路12306|12306.cn 95306.cn|C
travel|国航|airchina.com.cn airchina.com|C
travel|东航|ceair.com|C
travel|南航|csair.com|C
travel|海航|hnair.com|C
travel|川航|sichuanair.com|C
travel|厦航|xiamenair.com|C
travel|ETC|etcchina.com etcsd.com txffp.com|C
utility|国家电网|sgcc.com.cn 95598.cn|C
utility|南方电网|csg.cn|C
utility|中国石油|cnpc.com.cn 95504.net|C
utility|中国石化|sinopec.com saclub.com.cn|C
state|人民银行征信中心|pbccrc.org.cn|C
broker|招商证券|cmschina.com newone.com.cn|C
state|学信网|chsi.com.cn chsi.cn|C
state|中国结算|chinaclear.cn|C
state|上海证券交易所|sse.com.cn|C
state|深圳证券交易所|szse.cn|C
state|12321举报中心|12321.cn|C
state|12377举报中心|12377.cn|C
state|携号转网|caict.ac.cn|C
state|互联网黄页|ceic.com|C
health|爱尔眼科|aierchina.com|C
insurer|中国人寿|e-chinalife.com chinalife.com.cn|C
insurer|中国人保|picc.com picc.com.cn epicc.com.cn|C
insurer|太平洋保险|cpic.com.cn|C
news|新华社|xinhuanet.com news.cn|C
news|人民网|people.com.cn people.cn|C
news|央视|cctv.com cntv.cn|C
"""


def _read(line: str) -> OfficialSite:
    sector, organisation, domains, sources = line.split("|")
    return OfficialSite(sector, organisation, tuple(domains.split()), sources)


OFFICIAL_SITES: tuple[OfficialSite, ...] = tuple(map(_read, _TABLE.strip().splitlines()))
